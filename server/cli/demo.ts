import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Config } from '../config.js';
import type { SluglineServer } from '../create-server.js';
import { type ApiClient, ApiError, createApiClient } from './api-client.js';
import { CommandError } from './failure-line.js';
import { Interrupted } from './interruption.js';
import { playStory, stepLine } from './play-story.js';
import { readStoryFile } from './story-file.js';

export interface DemoOptions {
  readonly server: SluglineServer;
  readonly config: Config;
  /** Seconds of the story per second. */
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** Seconds of the story that are there at once, so that the first visitor finds something to read. */
const LEAD_IN = 600;

/** Where the example story and its pictures are: beside the built program, or in the repository. */
export function demoDirectory(): string {
  const places = ['../demo/', '../../examples/stories/'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(`${place}velmouth-bridge.json`));
  if (found === undefined) throw new CommandError('The example story is missing: run `npm run build` again.');
  return found;
}

/** Plays the example story to the server and says where to watch. Resolves when it is over or was stopped. */
export async function playDemo({ server, config, speed, signal }: DemoOptions): Promise<void> {
  const key = server.firstAdminKey ?? config.adminKey ?? process.env.SLUGLINE_KEY;
  if (key === undefined) {
    throw new CommandError(
      'This store has its admin key already: give it as SLUGLINE_KEY, for the demo to publish with.',
    );
  }
  const told = readStoryFile(JSON.parse(await readFile(`${demoDirectory()}velmouth-bridge.json`, 'utf8')));
  const api = createApiClient({ url: server.url, key }, { signal, onRetry: (reason) => console.error(reason) });
  try {
    const slug = await freeSlug(api, told.story.slug);
    const file = { ...told, story: { ...told.story, slug } };
    const base = config.publicUrl ?? server.url;
    const last = file.updates.at(-1)?.at ?? 0;
    const onStart = () => console.error(whereToWatch(base, slug, key, Math.max(0, last - LEAD_IN) / speed));
    const onStep = (step: Parameters<typeof stepLine>[0]) => console.error(`  ${stepLine(step)}`);
    await playStory({ api, file, speed, leadIn: LEAD_IN, pictures: `${base}/demo/`, signal, onStart, onStep });
    console.error(`\nThe story has ended. Its page stays at ${base}/s/${slug} until Ctrl-C.`);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}

/** A store of one's own may hold the demo of yesterday: each run tells the story under a slug of its own. */
async function freeSlug(api: ApiClient, slug: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? slug : `${slug}-${number}`;
    try {
      await api.send({ method: 'GET', path: `/v1/stories/${candidate}?limit=1` }, z.unknown());
    } catch (error) {
      if (error instanceof ApiError && error.code === 'story_not_found') return candidate;
      throw error;
    }
  }
}

function whereToWatch(base: string, slug: string, key: string, seconds: number): string {
  const story = `${base}/v1/stories/${slug}`;
  return `The example story plays now, for about ${Math.max(1, Math.round(seconds))} seconds. Watch it

  in a browser      ${base}/s/${slug}
  as it travels     curl -N ${story}/stream

and add to it while it runs:

  curl ${story}/entries -H 'Authorization: Bearer ${key}' \\
    -H 'Content-Type: application/json' -d '{"headline":"Hello from the quay"}'

Ctrl-C stops it.
`;
}
