import { describe, expect, it, onTestFinished } from 'vitest';
import type { EntryPage } from '../../client-sdk/protocol/index.js';
import { openStore } from '../../server/store/open-store.js';
import { apiOverStore } from '../helpers/api-over-store.js';
import { directoryForTest } from '../helpers/server.js';

describe('two instances that take different moments for now', () => {
  /** Publishes through one and the other in turn, and answers what a page shows then, newest first. */
  async function publishInTurn(behindMs: number) {
    const store = await openStore({ dataDir: await directoryForTest() });
    onTestFinished(() => store.close());
    const right = await apiOverStore(store, {});
    const late = await apiOverStore(store, { now: () => store.now() - behindMs });
    await right.createStory({ slug: 's' });
    const published: string[] = [];
    for (const api of [right, late, right, late]) published.unshift((await api.publish('s')).id);
    const { body } = await right.get<EntryPage>('/v1/stories/s/entries');
    return { published, entries: body.entries, shown: body.entries.map(({ id }) => id) };
  }

  it('show entries in the order in which they were acknowledged, each at a moment of its own', async () => {
    const { published, entries, shown } = await publishInTurn(400);
    expect(shown).toEqual(published);
    const moments = entries.map(({ publishedAt }) => publishedAt);
    expect(new Set(moments).size).toBe(moments.length);
  });

  it('date nothing by a change that lies so far ahead that its clock must have been wrong', async () => {
    const { published, shown } = await publishInTurn(60_000);
    const [first, second, third, fourth] = published.toReversed();
    expect(shown).toEqual([third, first, fourth, second]);
  });
});
