import type { ChangeKind, DeskStory } from '@slugline/client/protocol';
import { HEADER_ID, type Write } from '../store/story-store.js';
import { publicStory } from './public-form.js';

/** The header in both editions. It has no order key: it is in no page of entries. */
export function headerWrites(story: DeskStory, kind: ChangeKind): readonly Write[] {
  const write = { objectId: HEADER_ID, version: story.version, kind };
  return [
    { ...write, edition: 'public', form: JSON.stringify(publicStory(story)) },
    { ...write, edition: 'desk', form: JSON.stringify(story) },
  ];
}
