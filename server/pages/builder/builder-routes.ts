import { isSlug, LIMITS } from '@slugline/client/protocol';
import express, { type Request, type Router } from 'express';
import { Failure } from '../../errors.js';
import type { StoryStore } from '../../store/story-store.js';
import { parseInput } from '../../story/requests.js';
import { publicStoryOf } from '../../story/stored.js';
import { pagePolicy } from '../content-policy.js';
import type { PageAssets } from '../page-assets.js';
import { failurePages, sendPage } from '../send-page.js';
import type { Site } from '../site.js';
import { loadStoryView, type StoryView } from '../story-view.js';
import { builderDocument, THEME_STYLES } from './builder-document.js';
import { builderQuery } from './builder-options.js';

export interface BuilderRoutesParts {
  readonly store: StoryStore;
  readonly assets: PageAssets;
  readonly siteOf: (req: Request) => Site;
}

/** `/embed`: the page on which a site makes its embed. It knows public stories alone, whoever asks. */
export function builderRoutes({ store, assets, siteOf }: BuilderRoutesParts): Router {
  const policy = pagePolicy({ styles: [THEME_STYLES], forms: "'self'" });
  const router = express.Router();

  router.get('/embed', async (req, res) => {
    const options = parseInput(builderQuery, req.query, 'query');
    const { streams } = await store.streams('public', { limit: LIMITS.pageMax });
    const stories = streams
      .flatMap(({ header }) => (header === undefined ? [] : [publicStoryOf(header)]))
      .filter(({ visibility }) => visibility === 'public');
    const slug = options.story ?? stories[0]?.slug;
    const view = slug === undefined ? undefined : await loadPublic(store, slug, options.limit);
    sendPage(res, builderDocument({ stories, view, options, assets, site: siteOf(req) }), true, policy);
  });

  router.use(failurePages(assets));
  return router;
}

async function loadPublic(store: StoryStore, slug: string, limit: number | undefined): Promise<StoryView> {
  const view = isSlug(slug) ? await loadStoryView(store, slug, { limit }) : undefined;
  if (view?.story.visibility !== 'public') throw new Failure('story_not_found');
  return view;
}
