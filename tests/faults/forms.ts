import type { EntryPage, PublicEntry, Snapshot, Story } from '@slugline/client/protocol';
import { createApi } from '../helpers/server.js';
import { type Form, HEADER, type History, type StoreState } from './checker/history.js';

/** What the checker is told of an entry; of either edition, as far as readers see it. */
export function formOfEntry(
  history: History,
  entry: Pick<PublicEntry, 'id' | 'version' | 'status' | 'publishedAt'> & { readonly headline?: string },
): Form {
  const { id, version, status, publishedAt, headline } = entry;
  const place = `${publishedAt}~${id}`;
  return history.form(status === 'usable' ? { id, version, text: headline ?? '', place } : { id, version, place });
}

export function formOfStory(history: History, { version, headline }: Pick<Story, 'version' | 'headline'>): Form {
  return history.form({ id: HEADER, version, text: headline });
}

/** Reads all of a story's public edition once nothing is written any more: tries again while it still moves. */
export async function readStore(history: History, url: string, slug: string): Promise<StoreState> {
  const api = createApi(url);
  for (let tries = 1; tries <= 20; tries += 1) {
    const { status, body } = await api.get<Snapshot>(`/v1/stories/${slug}?limit=1`);
    if (status !== 200) throw new Error(`the story could not be read at the end: ${status} ${JSON.stringify(body)}`);
    const { position, story } = body;
    const forms = [formOfStory(history, story)];
    let isStill = true;
    for (let before: string | undefined = ''; before !== undefined && isStill; ) {
      const page: { readonly body: EntryPage } = await api.get<EntryPage>(
        `/v1/stories/${slug}/entries?limit=200${before === '' ? '' : `&before=${encodeURIComponent(before)}`}`,
      );
      isStill = page.body.position.epoch === position.epoch && page.body.position.seq === position.seq;
      for (const entry of page.body.entries) forms.push(formOfEntry(history, entry));
      before = page.body.older;
    }
    if (isStill) return { position, forms };
  }
  throw new Error('the story was still being written while it was read at the end');
}
