import { readFile } from 'node:fs/promises';
import type { Entry, PublicEntry, Snapshot } from '@slugline/client/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '../../server/cli/api-client.js';
import { playStory } from '../../server/cli/play-story.js';
import { readStoryFile, type StoryFile } from '../../server/cli/story-file.js';
import { STORY_FILE } from '../helpers/cli.js';
import { startServer } from '../helpers/server.js';

describe('the example story', () => {
  let file: StoryFile;
  let snapshot: Snapshot;
  let kinds: readonly string[];

  beforeAll(async () => {
    file = readStoryFile(JSON.parse(await readFile(STORY_FILE, 'utf8')));
    await using server = await startServer();
    const { signal } = new AbortController();
    const api = createApiClient({ url: server.url, key: server.adminKey }, { signal });
    const done: string[] = [];
    await playStory({
      api,
      file,
      speed: Number.POSITIVE_INFINITY,
      pictures: 'https://pictures.example/',
      signal,
      onStep: ({ step }) => done.push(step.do),
    });
    kinds = done;
    snapshot = (await server.api.get<Snapshot>('/v1/stories/velmouth-bridge?limit=200', { key: null })).body;
  });

  const usable = () => snapshot.entries.filter((entry): entry is Entry => entry.status === 'usable');
  const named = (headline: RegExp): Entry => {
    const found = usable().find((entry) => headline.test(entry.headline ?? ''));
    if (found === undefined) throw new Error(`no entry with a headline like ${headline}`);
    return found;
  };

  it('tells about six hours in about 25 entries, in order', () => {
    expect(file.updates.at(-1)?.at).toBe(21_600);
    expect(kinds).toEqual(file.updates.map((step) => step.do));
    expect(snapshot.entries).toHaveLength(26);
    expect(snapshot.entries.at(-1)).toMatchObject({ headline: 'Barge strikes Velmouth swing bridge' });
  });

  it('has what a rolling story has', () => {
    const flash = named(/^Barge strikes/);
    expect(flash).toMatchObject({ breaking: true, urgency: 1, keyEvent: true, verification: 'confirmed' });
    expect(
      usable().flatMap(({ body }) => body.filter((block) => block.type === 'quote' && block.speaker)),
    ).toHaveLength(4);
    const roles = new Set(usable().flatMap(({ sources }) => sources.map(({ role }) => role)));
    expect([...roles]).toEqual(expect.arrayContaining(['agency', 'official', 'witness']));
    expect(usable().filter(({ bylines }) => bylines.length > 0).length).toBeGreaterThan(15);
  });

  it('has two pictures with caption, credit and description, at the address that was given', () => {
    const pictures = usable().flatMap(({ body }) =>
      body.flatMap((block) => (block.type === 'picture' ? [block.picture] : [])),
    );
    expect(pictures).toHaveLength(2);
    for (const { url, caption, creditLine, altText, width, height } of pictures) {
      expect(url).toMatch(/^https:\/\/pictures\.example\/pictures\/[a-z-]+\.svg$/);
      expect([caption, creditLine, altText].every((text) => text !== undefined && text.length > 10)).toBe(true);
      expect([width, height]).toEqual([960, 600]);
    }
  });

  it('has a claim and the one who disputes it', () => {
    const claim = named(/^Owner blames/);
    const denial = named(/disputes the owner/);
    expect(claim).toMatchObject({
      verification: 'disputed',
      version: 2,
      sources: [{ name: 'Brackwater Aggregates' }, {}],
    });
    expect(denial.relations).toEqual([{ rel: 'disputes', entryId: claim.id }]);
  });

  it('has an entry that extends an earlier one', () => {
    const held = named(/told to wait at sea/);
    expect(named(/^Ferry cleared/).relations).toEqual([{ rel: 'updates', entryId: held.id }]);
  });

  it('has a correction that readers are told of', () => {
    const held = named(/^Ferry with 221/);
    expect(held.corrections).toMatchObject([{ kind: 'corrected', text: expect.stringContaining('212') }]);
  });

  it('has a withdrawn entry of which only the notice is left', () => {
    const gone = snapshot.entries.filter((entry: PublicEntry) => entry.status !== 'usable');
    expect(gone).toMatchObject([{ status: 'canceled', notice: { text: expect.stringContaining('withdrawn') } }]);
    expect(JSON.stringify(snapshot)).not.toContain('going round tonight');
  });

  it('ends with its header up to date', () => {
    const { story } = snapshot;
    expect(story).toMatchObject({ status: 'ended', kicker: 'Storm Ottoline', language: 'en-GB' });
    expect(story.standfirst).toContain('221');
    expect(story.pinned).toEqual([named(/^Everyone ashore/).id]);
    expect(story.keyPoints).toHaveLength(3);
    for (const { entryId } of story.keyPoints) expect(snapshot.entries.map(({ id }) => id)).toContain(entryId);
  });
});
