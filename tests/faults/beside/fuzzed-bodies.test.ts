import {
  type DeskEntry,
  type DeskStory,
  ERRORS,
  isErrorCode,
  type Position,
  type Problem,
} from '@slugline/client/protocol';
import fc from 'fast-check';
import { expect } from 'vitest';
import { z } from 'zod';
import { createKeyRequest } from '../../../server/access/key-forms.js';
import {
  createMemberKeyRequest,
  createMemberRequest,
  patchMemberRequest,
  signInRequest,
} from '../../../server/access/people/member-forms.js';
import { subscriptionRequest } from '../../../server/push/subscription.js';
import {
  correctionRequest,
  createStoryRequest,
  editRequest,
  patchStoryRequest,
  publishRequest,
  restorationRequest,
  withdrawalRequest,
  workflowRequest,
} from '../../../server/story/requests.js';
import {
  createWebhookRequest,
  patchWebhookRequest,
  rotateSecretRequest,
} from '../../../server/webhooks/webhook-forms.js';
import { NO_PUSH_SERVICE } from '../../helpers/followers.js';
import { startInstance } from '../../helpers/instance.js';
import { ADMIN_KEY, type Api, directoryForTest } from '../../helpers/server.js';
import { badBody, type SentBody } from '../../hostile/bodies/bad-body.js';
import { validBody } from '../../hostile/bodies/valid-body.js';
import { isCommand } from '../../hostile/knocking.js';
import { DOORS } from '../../hostile/policy.js';
import { faultRun } from '../fault-run.js';

const SLUG = 'under-fuzz';
const nothing = z.strictObject({});
const words = z.string();
const texts = z.array(z.object({ role: words.optional(), contentType: words.optional(), value: words }));

/** An item of a wire. Not a story with its parts: one part of that may be taken in before the next one is refused. */
const ninjs = z.object({
  uri: words,
  type: z.enum(['text', 'picture']).optional(),
  version: words.optional(),
  versionCreated: words.optional(),
  embargoed: words.optional(),
  pubStatus: z.enum(['usable', 'withheld', 'canceled']).optional(),
  urgency: z.int().optional(),
  language: words.optional(),
  slugline: words.optional(),
  headlines: texts.optional(),
  bodies: texts.optional(),
  descriptions: texts.optional(),
  by: words.optional(),
  subjects: z.array(z.object({ name: words.optional() })).optional(),
  altIds: z.array(z.object({ role: words.optional(), value: words })).optional(),
  associations: z
    .array(z.object({ type: z.literal('picture'), by: words, renditions: z.array(z.object({ href: words })) }))
    .optional(),
});

/** Every command, by its door in the policy, with the schema of its body. */
const COMMANDS: Readonly<Record<string, z.ZodType>> = {
  'POST /v1/stories': createStoryRequest,
  'PATCH /v1/stories/:slug': patchStoryRequest,
  'POST /v1/stories/:slug/entries': publishRequest,
  'PATCH /v1/stories/:slug/entries/:entryId': editRequest,
  'DELETE /v1/stories/:slug/entries/:entryId': nothing,
  'POST /v1/stories/:slug/entries/:entryId/workflow': workflowRequest,
  'POST /v1/stories/:slug/entries/:entryId/restoration': restorationRequest,
  'POST /v1/stories/:slug/entries/:entryId/corrections': correctionRequest,
  'POST /v1/stories/:slug/entries/:entryId/withdrawal': withdrawalRequest,
  'DELETE /v1/stories/:slug/entries/:entryId/withdrawal': nothing,
  'PUT /v1/stories/:slug/pins/:entryId': nothing,
  'DELETE /v1/stories/:slug/pins/:entryId': nothing,
  'POST /v1/stories/:slug/subscriptions': subscriptionRequest,
  'DELETE /v1/stories/:slug/subscriptions/:subscriptionId': nothing,
  'POST /v1/breaking/subscriptions': subscriptionRequest,
  'DELETE /v1/breaking/subscriptions/:subscriptionId': nothing,
  'POST /v1/ingest/ninjs': ninjs,
  'POST /v1/ingest/newsml-g2': nothing,
  'POST /v1/pictures': nothing,
  'DELETE /v1/pictures/:digest': nothing,
  'POST /v1/keys': createKeyRequest,
  'DELETE /v1/keys/:keyId': nothing,
  'POST /v1/webhooks': createWebhookRequest,
  'PATCH /v1/webhooks/:webhookId': patchWebhookRequest,
  'DELETE /v1/webhooks/:webhookId': nothing,
  'POST /v1/webhooks/:webhookId/secret': rotateSecretRequest,
  'POST /v1/webhooks/:webhookId/deliveries/:deliveryId/replay': nothing,
  'POST /v1/session': signInRequest,
  'DELETE /v1/session': nothing,
  'DELETE /v1/sessions': nothing,
  'POST /v1/members': createMemberRequest,
  'PATCH /v1/members/:memberId': patchMemberRequest,
  'POST /v1/members/:memberId/sign-in': nothing,
  'POST /v1/members/:memberId/keys': createMemberKeyRequest,
  'DELETE /v1/members/:memberId/keys/:keyId': nothing,
};

/** What doors refuse before they look at the names of fields: these take no JSON, or nobody but who is signed in. */
const REFUSED_FIRST: ReadonlyMap<string, string> = new Map([
  ['POST /v1/ingest/newsml-g2', 'unsupported_media_type'],
  ['POST /v1/pictures', 'unsupported_media_type'],
  ['DELETE /v1/session', 'unauthenticated'],
  ['DELETE /v1/sessions', 'unauthenticated'],
]);

/** Entries that a command may be aimed at: three that are worked on, one that is canceled, two that cannot be. */
type Aim = 'one' | 'two' | 'draft' | 'canceled' | 'absent' | 'no id';

interface Fuzzed {
  readonly door: string;
  readonly aim: Aim;
  readonly sent: SentBody;
}

const fuzzed: fc.Arbitrary<Fuzzed> = fc.constantFrom(...Object.keys(COMMANDS)).chain((door) =>
  fc.record({
    door: fc.constant(door),
    aim: fc.constantFrom<Aim>('one', 'one', 'two', 'draft', 'draft', 'canceled', 'absent', 'no id'),
    sent: badBody(validBody(COMMANDS[door] ?? nothing)),
  }),
);

faultRun(
  'fuzzed bodies',
  { short: { bodies: 150 }, full: { bodies: 1_000 }, givesWay: true },
  async ({ bodies }, report) => {
    expect(Object.keys(COMMANDS).sort()).toEqual([...DOORS.keys()].filter(isCommand).sort());
    const instance = await startInstance({
      env: {
        DATA_DIR: await directoryForTest(),
        LOG_LEVEL: 'error',
        PUSH_SERVICES: NO_PUSH_SERVICE,
        WEBHOOK_TARGETS: 'none',
      },
    });
    const { api, url } = instance;
    await api.createStory({ slug: SLUG });
    const canceled = (await api.publish(SLUG)).id;
    await api.request('POST', `/v1/stories/${SLUG}/entries/${canceled}/withdrawal`, { body: { status: 'canceled' } });
    const written = async (aim: Aim) => (await api.publish(SLUG, aim === 'draft' ? { workflow: 'draft' } : {})).id;
    const usable = { one: await written('one'), two: await written('two'), draft: await written('draft') };
    const codes = new Map<string, number>();
    let slowest = 0;
    let runs = 0;

    const property = fc.asyncProperty(fuzzed, async ({ door, aim, sent }) => {
      // An entry that an earlier body withdrew for good is of no more use.
      if (aim === 'one' || aim === 'two' || aim === 'draft') {
        const { body } = await api.get<{ entry: DeskEntry }>(`/v1/stories/${SLUG}/entries/${usable[aim]}?edition=desk`);
        if (body.entry.status === 'canceled' || body.entry.corrections.length > 40) usable[aim] = await written(aim);
        await api.request('PATCH', `/v1/stories/${SLUG}`, { body: { status: 'live' } });
      }
      const ids = { ...usable, canceled, absent: 'no-such-entry', 'no id': 'no%20id' };
      const [method = '', path = ''] = door.split(' ');
      const asked = path
        .replace(':slug', SLUG)
        .replace(':entryId', ids[aim])
        .replace(':keyId', 'nosuchkey')
        .replace(':digest', 'd'.repeat(43))
        .replace(':memberId', 'nosuchmember')
        .replace(':webhookId', `wh_${'n'.repeat(16)}`)
        .replace(':deliveryId', `msg_${'n'.repeat(27)}`)
        .replace(':subscriptionId', 's'.repeat(43));
      const before = await standing(api, ids[aim]);
      const began = performance.now();
      const response = await fetch(`${url}${asked}`, {
        method,
        headers: { authorization: `Bearer ${ADMIN_KEY}`, ...sent.headers },
        body: typeof sent.bytes === 'string' ? sent.bytes : new Uint8Array(sent.bytes),
      });
      const text = await response.text();
      const took = performance.now() - began;
      const after = await standing(api, ids[aim]);
      runs += 1;
      report.progress(`${runs} of ${bodies} bodies`);

      const what = `${door} → ${response.status} ${text.slice(0, 300)}`;
      expect(response.status, what).toBeLessThan(500);
      if (response.status < 400) {
        codes.set('taken', (codes.get('taken') ?? 0) + 1);
        expect(sent.isReserved, what).toBe(false);
        expectDone(door, before, after, what);
      } else {
        slowest = Math.max(slowest, took);
        const code = expectProblem(response, text, what);
        codes.set(code, (codes.get(code) ?? 0) + 1);
        if (sent.isReserved) {
          expect(code, what).toBe(REFUSED_FIRST.get(door) ?? 'invalid_input');
        }
        expect(after, what).toEqual(before);
      }
    });
    await fc.assert(property, { numRuns: bodies, endOnFailure: true });

    expect(instance.said().replace(/^Slugline listens on .*\n|^Ctrl-C stops it\.\n/gm, ''), 'what was logged').toBe('');
    report.figure('bodies', runs, undefined, { least: bodies });
    for (const [code, count] of [...codes].sort(([, a], [, b]) => b - a)) report.figure(code, count);
    // A body on which a parser chokes takes far longer; less is what the other runs on this machine take from it.
    report.figure('slowest refusal', slowest, 'ms', { most: 5_000 });
    report.anomalies([]);
  },
);

/** Where everything stands that a command may move. */
interface Standing {
  readonly desk: Position;
  readonly public: Position;
  readonly header: number;
  readonly entry: number;
  readonly pinned: readonly string[];
  readonly stories: number;
  readonly keys: number;
}

async function standing(api: Api, entryId: string): Promise<Standing> {
  const [desk, reader, entry, stories, keys] = await Promise.all([
    api.get<{ story: DeskStory; position: Position }>(`/v1/stories/${SLUG}?edition=desk&limit=1`),
    api.get<{ position: Position }>(`/v1/stories/${SLUG}?limit=1`),
    api.get<{ entry?: DeskEntry }>(`/v1/stories/${SLUG}/entries/${entryId}?edition=desk`),
    countStories(api),
    api.get<{ keys: object[] }>('/v1/keys'),
  ]);
  return {
    desk: desk.body.position,
    public: reader.body.position,
    header: desk.body.story.version,
    entry: entry.body.entry?.version ?? 0,
    pinned: desk.body.story.pinned,
    stories,
    keys: keys.body.keys.length,
  };
}

async function countStories(api: Api): Promise<number> {
  let count = 0;
  for (let older: string | undefined = ''; older !== undefined; ) {
    const query: string = older === '' ? '' : `&before=${encodeURIComponent(older)}`;
    const page = await api.get<{ stories: object[]; older?: string }>(`/v1/stories?edition=desk&limit=200${query}`);
    count += page.body.stories.length;
    older = page.body.older;
  }
  return count;
}

/** What a command did is one change, or nothing where it changed nothing; a withdrawal may take a pin along. */
function expectDone(door: string, before: Standing, after: Standing, what: string): void {
  // Who gets alerts, or is told of changes, is of no concern to anybody who reads.
  if (door.includes('/subscriptions') || door.includes('/webhooks')) expect(after, what).toEqual(before);
  else if (door.includes('/ingest/')) {
    // A story of its own, if any: none is called as this one.
    expect([0, 1], what).toContain(after.stories - before.stories);
    expect({ ...after, stories: 0 }, what).toEqual({ ...before, stories: 0 });
  } else if (door === 'POST /v1/keys') expect(after, what).toEqual({ ...before, keys: before.keys + 1 });
  else if (door === 'POST /v1/stories') expect(after, what).toEqual({ ...before, stories: before.stories + 1 });
  else {
    const moved = after.desk.seq - before.desk.seq;
    const isPublish = door === 'POST /v1/stories/:slug/entries';
    const versions = after.header - before.header + (after.entry - before.entry) + (isPublish ? 1 : 0);
    const unpins = door.endsWith('/withdrawal') && after.pinned.length < before.pinned.length;
    // A retry under the same key does nothing more.
    expect(isPublish ? [0, 1] : [versions], what).toContain(moved);
    expect(moved, what).toBeLessThanOrEqual(unpins ? 2 : 1);
    expect(after.public.seq - before.public.seq, what).toBeLessThanOrEqual(moved);
    expect([after.keys, after.stories], what).toEqual([before.keys, before.stories]);
  }
}

/** The code of an answer that is a problem in full: what was wrong, at which field, and what is allowed. */
function expectProblem(response: Response, text: string, what: string): string {
  expect(response.headers.get('content-type'), what).toMatch(/^application\/problem\+json/);
  const { code, status, errors, detail }: Problem = JSON.parse(text);
  if (!isErrorCode(code)) throw new Error(`no such code: ${what}`);
  expect([response.status, status], what).toEqual([ERRORS[code].status, ERRORS[code].status]);
  expect(detail.length, what).toBeGreaterThan(8);
  if (code === 'invalid_input') {
    expect(errors?.length ?? 0, what).toBeGreaterThan(0);
    for (const { field, message } of errors ?? []) {
      expect(field.length, what).toBeGreaterThan(0);
      expect(message.length, what).toBeGreaterThan(8);
    }
  }
  // Neither the server's insides nor all that was sent.
  expect(text, what).not.toMatch(/node_modules|\.[jt]s:\d|\\n {4}at /);
  expect(text.length, what).toBeLessThan(8_192);
  return code;
}
