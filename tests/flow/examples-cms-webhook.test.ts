import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '@slugline/client/protocol';
import { describe, expect, it } from 'vitest';
import { scratchDirectory, startProgram } from '../helpers/cli.js';
import { serverForTest } from '../helpers/server.js';

const PROGRAM = fileURLToPath(new URL('../../examples/cms-webhook/serve.js', import.meta.url));
const SECRET = Buffer.from('a secret of thirty-two bytes....').toString('base64');
const STORY = { slug: 'harbour-fire', title: 'Harbour fire' };

interface Sent {
  readonly secret?: string;
  /** Seconds. */
  readonly at?: number;
}

/** What the CMS sends, as Standard Webhooks signs it. */
async function tell(url: string, event: unknown, { secret = SECRET, at = Math.floor(Date.now() / 1_000) }: Sent = {}) {
  const body = JSON.stringify(event);
  const signature = createHmac('sha256', Buffer.from(secret, 'base64')).update(`msg-1.${at}.${body}`).digest('base64');
  const headers = { 'webhook-id': 'msg-1', 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
  const answer = await fetch(url, { method: 'POST', headers, body });
  return { status: answer.status, text: (await answer.text()).trim(), headers: answer.headers };
}

const update = (revision: number, fields: object = {}) => ({
  id: 'cms-7',
  revision,
  title: `Crews reach the quay (${revision})`,
  html: '<p>Two <strong>engines</strong> are there.</p>',
  ...fields,
});
const published = (revision: number, fields?: object) => ({
  event: 'update.published',
  story: STORY,
  update: update(revision, fields),
});
const changed = (revision: number, fields?: object) => ({ ...published(revision, fields), event: 'update.changed' });

async function mirrorForTest(slugline: string, key: string, state: string) {
  const env = { SLUGLINE_URL: slugline, SLUGLINE_KEY: key, WEBHOOK_SECRET: `whsec_${SECRET}`, STATE_FILE: state };
  const program = startProgram(PROGRAM, ['0'], { env });
  const [, url = ''] = await program.until(/listening on (\S+)/, 'its address');
  return { url, program };
}

describe('the example cms-webhook', () => {
  it('does in a story what the CMS did, once and in its order, across a restart', async () => {
    const { url, api, adminKey } = await serverForTest();
    const state = join(await scratchDirectory(), 'mirrored.json');
    const first = await mirrorForTest(url, adminKey, state);
    const entries = async () => (await api.get<Snapshot>(`/v1/stories/${STORY.slug}`)).body.entries;

    expect(await tell(first.url, published(1))).toMatchObject({ status: 200, text: 'published' });
    expect(await tell(first.url, published(1))).toMatchObject({ status: 200, text: 'known' });
    const [entry] = await entries();
    expect(entry).toMatchObject({ headline: 'Crews reach the quay (1)', body: [{ type: 'paragraph' }] });

    expect(await tell(first.url, changed(3, { correction: 'There are two engines, not three.' }))).toMatchObject({
      text: 'corrected',
    });
    expect(await tell(first.url, changed(2))).toMatchObject({ status: 200, text: 'known' });
    first.program.signal('SIGTERM');
    expect((await first.program.finished).code).toBe(0);

    const second = await mirrorForTest(url, adminKey, state);
    expect(await tell(second.url, changed(4))).toMatchObject({ text: 'edited' });
    expect(await entries()).toMatchObject([
      {
        id: entry?.id,
        headline: 'Crews reach the quay (4)',
        corrections: [{ text: 'There are two engines, not three.' }],
      },
    ]);
    const recall = { ...changed(5, { notice: 'It was another quay.' }), event: 'update.unpublished' };
    expect(await tell(second.url, recall)).toMatchObject({ text: 'withdrawn' });
    expect(await entries()).toMatchObject([
      { id: entry?.id, status: 'canceled', notice: { text: 'It was another quay.' } },
    ]);
  });

  it('publishes once though it forgot what it had done', async () => {
    const { url, api, adminKey } = await serverForTest();
    const directory = await scratchDirectory();
    for (const name of ['one.json', 'two.json']) {
      const mirror = await mirrorForTest(url, adminKey, join(directory, name));
      expect(await tell(mirror.url, published(1))).toMatchObject({ status: 200, text: 'published' });
    }
    expect((await api.get<Snapshot>(`/v1/stories/${STORY.slug}`)).body.entries).toHaveLength(1);
  });

  it('takes nothing that is not signed, is old, or is no event; says what Slugline refuses, and what is to be sent again', async () => {
    const server = await serverForTest();
    const { url, program } = await mirrorForTest(server.url, server.adminKey, join(await scratchDirectory(), 'm.json'));
    const other = Buffer.from('another secret of 32 bytes......').toString('base64');
    expect((await tell(url, published(1), { secret: other })).status).toBe(401);
    expect((await tell(url, published(1), { at: Math.floor(Date.now() / 1_000) - 400 })).status).toBe(401);
    expect((await tell(url, { event: 'update.published' })).status).toBe(422);
    expect((await tell(url, { ...published(1), story: { slug: '../keys', title: 'x' } })).status).toBe(422);
    const tooLong = await tell(url, published(1, { title: 'x'.repeat(400) }));
    expect(tooLong).toMatchObject({ status: 422, text: expect.stringContaining('headline') });
    await server.close();
    const later = await tell(url, published(1));
    expect(later.status).toBe(503);
    expect(later.headers.get('retry-after')).toBe('5');
    program.signal('SIGINT');
    expect((await program.finished).code).toBe(0);
  });

  it('says how it is used', async () => {
    const { code, stderr } = await startProgram(PROGRAM, []).finished;
    expect(code).toBe(2);
    expect(stderr).toContain('WEBHOOK_SECRET');
  });
});
