import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiClient, ApiRequest } from './api-client.js';
import { CommandError } from './failure-line.js';
import { type Completion, complete, type StoryFile, type StoryStep } from './story-file.js';

export interface PlayOptions {
  readonly api: ApiClient;
  readonly file: StoryFile;
  /** Seconds of the story per second; `Infinity` plays it all at once. */
  readonly speed: number;
  /** Seconds of the story that are played at once, for a page that is not empty. */
  readonly leadIn?: number;
  /** Base of relative picture URLs, with a slash at its end. */
  readonly pictures?: string | undefined;
  readonly signal: AbortSignal;
  /** Told when the story is there, before its first update. */
  readonly onStart?: () => void;
  readonly onStep?: (told: PlayedStep) => void;
}

export interface PlayedStep {
  readonly step: StoryStep;
  /** 1 for the first. */
  readonly number: number;
  readonly of: number;
  /** What it was done to, for people. */
  readonly subject: string;
  /** Place of the change in the public edition. */
  readonly seq: number;
}

const RECEIPT = z.object({
  position: z.object({ seq: z.number() }),
  entry: z.object({ id: z.string(), headline: z.string().optional() }).optional(),
  story: z.object({ headline: z.string() }).optional(),
});

/**
 * Does on a running server what the file says, at its pace. Each command carries a key made of the story, its
 * place in the file and what it says, so that playing the same file again, after Ctrl-C or a crash, doubles
 * nothing and goes on where it ended.
 */
export async function playStory(options: PlayOptions): Promise<void> {
  const { api, file, speed, leadIn = 0, signal } = options;
  const ids = new Map<string, string>();
  const completion: Completion = {
    pictures: options.pictures,
    entryId(ref) {
      const id = ids.get(ref);
      if (id === undefined) throw new CommandError(`No entry called ${ref} was published.`);
      return id;
    },
  };
  const { slug } = file.story;
  await api.send(
    keyed(slug, 0, { method: 'POST', path: '/v1/stories', body: complete(file.story, completion) }),
    RECEIPT,
  );
  options.onStart?.();
  const started = performance.now();
  for (const [index, step] of file.updates.entries()) {
    const due = (Math.max(0, step.at - leadIn) / speed) * 1_000;
    await waitUntil(started + due, signal);
    const receipt = await api.send(keyed(slug, index + 1, requestOf(slug, step, completion)), RECEIPT);
    if (step.do === 'publish' && step.as !== undefined && receipt.entry !== undefined) {
      ids.set(step.as, receipt.entry.id);
    }
    options.onStep?.({
      step,
      number: index + 1,
      of: file.updates.length,
      subject: receipt.entry?.headline ?? receipt.story?.headline ?? slug,
      seq: receipt.position.seq,
    });
  }
}

function requestOf(slug: string, step: StoryStep, completion: Completion): ApiRequest {
  const story = `/v1/stories/${slug}`;
  const entry = () => `${story}/entries/${'ref' in step ? completion.entryId(step.ref) : ''}`;
  switch (step.do) {
    case 'publish':
      return { method: 'POST', path: `${story}/entries`, body: complete(step.entry, completion) };
    case 'edit':
      return { method: 'PATCH', path: entry(), body: complete(step.entry, completion) };
    case 'correct':
      return {
        method: 'POST',
        path: `${entry()}/corrections`,
        body: { text: step.text, ...complete(step.entry ?? {}, completion) },
      };
    case 'withdraw':
      return { method: 'POST', path: `${entry()}/withdrawal`, body: { status: step.status, notice: step.notice } };
    case 'release':
      return { method: 'DELETE', path: `${entry()}/withdrawal` };
    case 'pin':
      return { method: 'PUT', path: `${story}/pins/${completion.entryId(step.ref)}` };
    case 'unpin':
      return { method: 'DELETE', path: `${story}/pins/${completion.entryId(step.ref)}` };
    case 'story':
      return { method: 'PATCH', path: story, body: complete(step.set, completion) };
  }
}

function keyed(slug: string, place: number, request: ApiRequest): ApiRequest {
  return { ...request, idempotencyKey: idempotencyKey([slug, place, request.method, request.path, request.body]) };
}

/** A name for a command that is the same whenever the same command is made again. */
export function idempotencyKey(parts: readonly unknown[]): string {
  return `cli-${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`;
}

/** One line of progress, `at` as hours, minutes and seconds of the story. */
export function stepLine({ step, number, of, subject, seq }: PlayedStep): string {
  const clock = new Date(step.at * 1_000).toISOString().slice(11, 19);
  return `${String(number).padStart(String(of).length)}/${of}  ${clock}  ${step.do.padEnd(8)}  ${subject}  (change ${seq})`;
}

async function waitUntil(moment: number, signal: AbortSignal): Promise<void> {
  const waitMs = moment - performance.now();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
