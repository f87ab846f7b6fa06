import { isFailure } from '../errors.js';
import type { StoryStore } from '../store/story-store.js';
import { TRAILS_STREAM } from './trail-record.js';

const MARK_ID = 'mark';

/** The moment up to which the list of stories was gone through; `undefined`: never. */
export async function readMark(store: StoryStore): Promise<string | undefined> {
  const object = (await store.object(TRAILS_STREAM, 'public', MARK_ID))?.object;
  if (object === undefined) return undefined;
  const { at }: { readonly at: string } = JSON.parse(object.form);
  return at;
}

/** Where another instance does the same at the same moment, its mark does as well. */
export async function writeMark(store: StoryStore, at: string): Promise<void> {
  const version = (await store.object(TRAILS_STREAM, 'public', MARK_ID))?.object?.version ?? 0;
  try {
    await store.commit({
      stream: TRAILS_STREAM,
      at,
      expected: [{ objectId: MARK_ID, version }],
      writes: [
        {
          edition: 'public',
          objectId: MARK_ID,
          version: version + 1,
          kind: 'entry.updated',
          form: JSON.stringify({ at }),
        },
      ],
    });
  } catch (error) {
    if (!isFailure(error, 'version_conflict')) throw error;
  }
}
