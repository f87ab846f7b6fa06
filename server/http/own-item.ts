import { isSlug } from '@slugline/client/protocol';
import { entryUrn } from '../pages/syndication/stable-ids.js';
import type { StoryStore } from '../store/story-store.js';
import type { WireItem } from '../story/ingest/wire-item.js';
import { deskStory } from '../story/stored.js';
import type { ItemPlace } from './item-names.js';

/** An entry's page, as `altIds` name it: wherever a server stands, its path ends so. */
const PAGE = /\/s\/([a-z0-9-]{1,80})\/([A-Za-z0-9_-]{1,64})$/;

/**
 * Where the item is an entry of this very store, as its pages tell it: it came back on its way through others. The page
 * only says where to look; what proves it is the name, which follows from the entry and its story and never changes.
 */
export async function ownPlace(
  store: StoryStore,
  { guid, altIds }: Pick<WireItem, 'guid' | 'altIds'>,
): Promise<ItemPlace | undefined> {
  const [, slug = '', entryId = ''] = PAGE.exec(altIds.find(({ role }) => role === 'page')?.value ?? '') ?? [];
  if (!isSlug(slug) || !guid.startsWith('urn:uuid:')) return undefined;
  const view = await store.object(slug, 'desk', entryId);
  if (view?.header === undefined || view.object === undefined) return undefined;
  return entryUrn(deskStory(view.header), entryId) === guid ? { slug, entryId } : undefined;
}
