import { isSlug, type Story } from '@slugline/client/protocol';
import type { Request } from 'express';
import { callerOf } from '../access/authenticate.js';
import { requireRead } from '../access/policy.js';
import { Failure } from '../errors.js';
import type { StoryStore } from '../store/story-store.js';
import { objectId } from '../story/text-schemas.js';
import { shareBriefly } from './shared-load.js';
import { type EntryView, loadEntryView, loadStoryView, type PageQuery, type StoryView } from './story-view.js';

/** What pages and feeds show, on behalf of whoever asks: nothing comes out that they may not read. */
export interface Reading {
  /** A page of the story that the path names. Rejects with `story_not_found`. */
  story(req: Request<{ slug: string }>, query?: PageQuery): Promise<StoryView>;
  /** The entry that the path names. Rejects with `story_not_found` and `entry_not_found`. */
  entry(req: Request<{ slug: string; entryId: string }>): Promise<EntryView>;
  /** The header of a public story that has this entry, if one is named. Rejects as the others do, also for who may read private ones. */
  publicStory(slug: string, entryId?: string): Promise<Story>;
}

export function createReading(store: StoryStore): Reading {
  const newestPage = shareBriefly((slug) => loadStoryView(store, slug));
  return {
    async story(req, query = {}) {
      const { slug } = req.params;
      const isUsual = query.before === undefined && query.limit === undefined;
      const load = () => (isUsual ? newestPage(slug) : loadStoryView(store, slug, query));
      const view = isSlug(slug) ? await load() : undefined;
      if (view === undefined) throw new Failure('story_not_found');
      requireRead(callerOf(req), view.story, 'public');
      return view;
    },
    async entry(req) {
      const { slug, entryId } = req.params;
      if (!objectId.safeParse(entryId).success) throw new Failure('entry_not_found');
      const view = isSlug(slug) ? await loadEntryView(store, slug, entryId) : undefined;
      if (view === undefined) throw new Failure('story_not_found');
      requireRead(callerOf(req), view.story, 'public');
      const { entry } = view;
      if (entry === undefined) throw new Failure('entry_not_found');
      return { ...view, entry };
    },
    async publicStory(slug, entryId) {
      const view = entryId === undefined ? await newestPage(slug) : await loadEntryView(store, slug, entryId);
      if (view?.story.visibility !== 'public') throw new Failure('story_not_found');
      if ('entry' in view && view.entry === undefined) throw new Failure('entry_not_found');
      return view.story;
    },
  };
}

/** Whether what is answered to this request is what everybody gets, so that caches may keep it. */
export function isForAll(req: Request, isPublic: boolean): boolean {
  return isPublic && callerOf(req).kind === 'anonymous';
}
