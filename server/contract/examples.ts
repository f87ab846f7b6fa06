import type {
  Audience,
  CatchUp,
  Change,
  DeskEditor,
  DeskEntry,
  DeskStory,
  Entry,
  Goaway,
  Joined,
  JoinRequest,
  Position,
  Recall,
  Refused,
  Story,
} from '@slugline/client/protocol';
import type { Member } from '../access/people/member-forms.js';
import type { Delivery, Webhook } from '../webhooks/webhook-forms.js';

/** One story from its first entry on, told by the examples of all operations and events together. */

/** Where the documents say that the server is, until it is known: what is served has the server's own address here. */
export const HOME = 'https://live.example.org';

export const SLUG = 'harbour-fire';
export const ENTRY_ID = 'k3Qf7Zt0bXw9LmN2rYsAa';
export const KEY_ID = 'f2Kd81mQ0aTz';
export const MEMBER_ID = 'n7Wc41xRb9Lp';
/** A picture of one pixel, and what it is called here. */
export const PICTURE = 'GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;';
export const PICTURE_DIGEST = 'HxF6uIS-_dtrBhSe4qoBnXbQK4Y1xJ1zQDHWnS0Nf5M';
export const PICTURE_NAME = 'original.gif';
export const SUBSCRIPTION_ID = 'o0V6mXoTxZ1xWcN8kPqfM2bJr7uYtHsDgLaEvQiRz4c';

export const POSITION: Position = { epoch: 'mB4xQ2c9', seq: 2 };

export const STORY: Story = {
  slug: SLUG,
  headline: 'Fire at Velmouth harbour',
  language: 'en',
  status: 'live',
  visibility: 'public',
  keyPoints: [],
  pinned: [],
  coverageStart: '2026-03-01T09:00:00.000Z',
  createdAt: '2026-03-01T09:02:11.480Z',
  updatedAt: '2026-03-01T09:02:11.480Z',
  version: 1,
};
export const MEMBER: Member = {
  id: MEMBER_ID,
  name: 'Ines Halloran',
  role: 'editor',
  status: 'active',
  createdAt: '2026-03-01T08:00:00.000Z',
  updatedAt: '2026-03-01T08:00:00.000Z',
};
const BY = { keyId: KEY_ID, name: 'Night desk' };
export const DESK_STORY: DeskStory = { ...STORY, createdBy: BY, updatedBy: BY };

export const ENTRY: Entry = {
  id: ENTRY_ID,
  slug: SLUG,
  version: 1,
  status: 'usable',
  headline: 'Crews reach the quay',
  body: [
    {
      type: 'paragraph',
      content: [{ text: 'Two ' }, { text: 'engines', marks: ['strong'] }, { text: ' are on the north quay.' }],
    },
  ],
  urgency: 3,
  breaking: false,
  keyEvent: false,
  bylines: [],
  sources: [{ name: 'Velmouth Fire Service', role: 'official' }],
  verification: 'confirmed',
  relations: [],
  tags: ['rescue'],
  corrections: [],
  publishedAt: '2026-03-01T09:30:00.000Z',
  updatedAt: '2026-03-01T09:30:00.000Z',
};
export const DESK_ENTRY: DeskEntry = { ...ENTRY, workflow: 'published', createdBy: BY, updatedBy: BY, writtenBy: BY };
export const DRAFT: DeskEntry = { ...DESK_ENTRY, workflow: 'draft' };

export const CORRECTED: DeskEntry = {
  ...DESK_ENTRY,
  version: 2,
  body: [{ type: 'paragraph', content: [{ text: 'Three engines are on the north quay.' }] }],
  corrections: [
    {
      kind: 'corrected',
      text: 'There are three engines, not two.',
      at: '2026-03-01T09:41:07.123Z',
      fromVersion: 1,
      toVersion: 2,
    },
  ],
  updatedAt: '2026-03-01T09:41:07.123Z',
};

const NOTICE = { text: 'We are checking this report.', at: '2026-03-01T09:52:40.100Z' };
export const WITHHELD: DeskEntry = {
  ...CORRECTED,
  version: 3,
  status: 'withheld',
  notice: NOTICE,
  updatedAt: NOTICE.at,
};
export const CATCH_UP: CatchUp = { position: POSITION, reset: false, entries: [ENTRY] };
export const RESET: CatchUp = { position: POSITION, reset: true, story: STORY, entries: [ENTRY] };
export const CHANGE: Change = { ...POSITION, kind: 'entry.published', at: ENTRY.publishedAt, entry: ENTRY };
export const GOAWAY: Goaway = { reconnectWithinMs: 20_000 };

export const JOIN: JoinRequest = { slug: SLUG, position: { ...POSITION, seq: 1 } };
export const JOINED: Joined = { ok: true, audience: 2_210, ...CATCH_UP };

export const AUDIENCE: Audience = {
  readers: 12_431,
  byTransport: { socket: 11_904, sse: 391, poll: 136 },
  byInstance: [
    { instance: 'bX9f2Lq0Zt', readers: 6_230 },
    { instance: 'Kc71mQpW4s', readers: 6_201 },
  ],
  entries: [
    {
      entryId: ENTRY_ID,
      version: 1,
      at: ENTRY.publishedAt,
      reached: 12_402,
      asked: 400,
      confirmed: 398,
      p50Ms: 96,
      p95Ms: 180,
    },
  ],
  at: '2026-03-01T09:31:00.000Z',
};
export const RECALL: Recall = {
  entryId: ENTRY_ID,
  version: 3,
  status: 'withheld',
  at: NOTICE.at,
  state: 'done',
  readers: {
    there: { socket: 11_904, sse: 391, poll: 136 },
    handed: { socket: 11_871, sse: 391, poll: 136 },
    asked: 400,
    confirmed: 397,
  },
  caches: { until: '2026-03-01T09:52:46.100Z' },
  replacedAt: [`/s/${SLUG}`, `/s/${SLUG}/feed.rss`, '/feed.rss'],
  alerts: [{ topic: '@breaking', state: 'replaced' }],
  unknown: ['copies', 'away', 'unsampled', 'fetched_feeds', 'other_caches', 'shown_alerts'],
};
export const EDITOR: DeskEditor = { name: 'Night desk', entryId: ENTRY_ID, since: '2026-03-01T09:40:12.000Z' };

export const REFUSED: Refused = {
  ok: false,
  error: {
    code: 'story_not_found',
    message: 'There is no story of this slug, or not for this reader.',
    retryable: false,
  },
};

export const WEBHOOK_ID = 'wh_q7Tz2mB8wR4kX1cN';
export const WEBHOOK_SECRET = 'whsec_c2x1Z2xpbmUgZXhhbXBsZSBzZWNyZXQgMzIgYnl0ZXM=';
export const WEBHOOK: Webhook = {
  id: WEBHOOK_ID,
  url: 'https://cms.example.org/hooks/slugline',
  kinds: ['entry.published', 'entry.updated', 'entry.corrected'],
  createdAt: '2026-03-01T08:10:00.000Z',
  enabled: true,
};
export const MESSAGE_ID = 'msg_aXk2ZrT9sQm4wVb7nLc1yHd0PfE';
export const DEAD_DELIVERY: Delivery = {
  id: MESSAGE_ID,
  state: 'dead',
  slug: SLUG,
  entryId: ENTRY_ID,
  type: 'entry.published',
  changedAt: ENTRY.publishedAt,
  tries: 10,
  diedAt: '2026-03-04T09:30:00.000Z',
  status: 500,
};

export const WEBHOOK_MESSAGE = { type: CHANGE.kind, timestamp: CHANGE.at, data: { slug: SLUG, change: CHANGE } };

/** As a browser's `PushSubscription` comes as JSON. */
export const SUBSCRIPTION = {
  endpoint: 'https://fcm.googleapis.com/fcm/send/c1KrmpTuRm0:APA91bGx',
  expirationTime: null,
  keys: {
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
};
