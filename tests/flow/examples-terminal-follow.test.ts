import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startProgram } from '../helpers/cli.js';
import { serverForTest } from '../helpers/server.js';

const PROGRAM = fileURLToPath(new URL('../../examples/terminal-follow/follow.js', import.meta.url));

describe('the example terminal-follow', () => {
  it('prints what is there, then what happens, and stops at Ctrl-C', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire', kicker: 'Storm' });
    const rumour = await api.publish(slug, { headline: 'A rumour' });
    const body = [{ type: 'paragraph', content: [{ text: 'Nobody is hurt.' }] }];
    const first = await api.publish(slug, { headline: 'Crews on their way', body });

    const program = startProgram(PROGRAM, [url, slug]);
    await program.until(/Storm: Harbour fire \[live\]/, 'the header');
    await program.until(/A rumour(.|\n)*Crews on their way\n +Nobody is hurt\./, 'what was there, oldest first');
    await program.until(/\(live\)/, 'being live');

    await api.publish(slug, { headline: 'Fire is out', breaking: true });
    await program.until(/BREAKING {2}Fire is out/, 'the new entry');
    const path = `/v1/stories/${slug}/entries`;
    await api.request('POST', `${path}/${first.id}/corrections`, { body: { text: 'One is hurt.' } });
    await program.until(/CORRECTED {2}Crews(.|\n)*Correction: One is hurt\./, 'the correction');
    const withdrawal = { body: { status: 'canceled', notice: 'It was wrong.' } };
    await api.request('POST', `${path}/${rumour.id}/withdrawal`, withdrawal);
    await program.until(/WITHDRAWN\n +It was wrong\./, 'the withdrawal');

    program.signal('SIGINT');
    expect((await program.finished).code).toBe(0);
  });

  it('says how it is used', async () => {
    const { code, stderr } = await startProgram(PROGRAM, []).finished;
    expect(code).toBe(2);
    expect(stderr).toContain('Usage:');
  });

  it('ends when there is no such story', async () => {
    const { url } = await serverForTest();
    const { code, stderr } = await startProgram(PROGRAM, [url, 'no-such-story']).finished;
    expect(code).toBe(1);
    expect(stderr).toContain('no story');
  });
});
