import type * as wire from '@slugline/client/protocol';
import { PEOPLE_TEXTS } from './people-texts.js';
import { READER_TEXTS } from './reader-texts.js';
import { WEBHOOK_TEXTS } from './webhook-texts.js';

/** What each field means, in a line of Markdown; the compiler misses the text of a field that the protocol gains. */
type Texts<T> = Readonly<Record<Exclude<keyof T, symbol>, string>>;

const picture: Texts<wire.Picture> = {
  url: 'Absolute URL, `http:` or `https:`.',
  width: 'Pixels.',
  height: 'Pixels.',
  caption: 'What the picture shows, for those who see it.',
  creditLine: 'Who is to be named for it.',
  altText: 'What the picture shows, for those who do not see it.',
  renditions: 'The same picture in other sizes.',
};

const rendition: Texts<wire.Rendition> = { url: 'Absolute URL.', width: 'Pixels.', height: 'Pixels.' };

const span: Texts<wire.Span> = {
  text: 'A run of text; white space at its ends counts.',
  marks: 'How the run stands out.',
  href: 'Where it leads: an absolute `http:`, `https:` or `mailto:` URL.',
};

/** Of all blocks together, since each has a few of these. */
const block = {
  type: 'Which block it is. Show nothing in the place of one that you do not know.',
  content: 'The text, run by run.',
  level: 'Of the heading.',
  ordered: 'Whether the items are numbered.',
  items: 'The items, each run by run.',
  speaker: 'Who said it.',
  speakerRole: 'What the speaker is.',
  source: 'Whom the quote is taken from.',
  picture: 'The picture.',
  url: 'What is embedded. Load it when the reader asks for it, not before.',
  provider: 'Who serves it, for people.',
  title: 'What it is, for people.',
};

const byline: Texts<wire.Byline> = { name: 'Who wrote it.', role: 'As what.', url: 'A page about them.' };

const source: Texts<wire.Source> = {
  name: 'Who says so.',
  role: 'What kind of source it is.',
  via: 'By whom it came to us.',
  url: 'Where it is said.',
};

const relation: Texts<wire.Relation> = {
  rel: 'What this entry does to the other.',
  entryId: 'The other entry.',
};

const keyPoint: Texts<wire.KeyPoint> = {
  text: 'One line of the story in short.',
  entryId: 'The entry that tells more.',
};

const correction: Texts<wire.Correction> = {
  kind: '`withdrawn` is in the desk edition only.',
  text: 'What was wrong and what is right, for readers.',
  at: 'When it was corrected.',
  fromVersion: 'The version that was wrong.',
  toVersion: 'The version that is right.',
};

const notice: Texts<wire.Notice> = { text: 'Told to readers in the entry’s place.', at: 'When it was withdrawn.' };
const actor: Texts<wire.Actor> = {
  keyId: 'The API key behind the command, or the session.',
  name: 'Who holds it.',
  memberId: 'The member behind it; absent for a key that is nobody’s own.',
};

const position: Texts<wire.Position> = {
  epoch: 'Names the run of numbers that `seq` belongs to. Opaque: compare for equality only.',
  seq: 'The last change that is held; 0 is before the first.',
  through: 'Sent by readers: what is held is not whole before this number.',
};

const story: Texts<wire.Story> = {
  slug: 'The story’s name in URLs and events: words of `a–z` and `0–9` joined by `-`. It never changes.',
  headline: 'The headline.',
  standfirst: 'The summary under the headline.',
  kicker: 'The line above the headline, such as a section.',
  language: 'BCP 47; the writing direction follows from it.',
  status: 'An ended story takes no new entries.',
  visibility: 'A private story does not exist for those who may not read it.',
  picture: 'The picture of the whole story.',
  keyPoints: 'The story in a few lines, in reading order.',
  pinned: 'Ids of entries, newest pin first.',
  coverageStart: 'Since when the desk says that it covers.',
  coverageEnd: 'Until when.',
  createdAt: 'When the story was made.',
  updatedAt: 'When the header was last changed.',
  version: '1 at first, and one more with each change of the header.',
};

const members = 'Ids of the members to whom the story’s desk is restricted, beside admins. Absent: it is not.';
const deskStory: Texts<wire.DeskStory> = {
  ...story,
  members,
  createdBy: 'Who made it.',
  updatedBy: 'Who changed it last.',
};

const entry: Texts<wire.Entry> = {
  id: 'Never changes, whatever is edited.',
  slug: 'The story that it belongs to.',
  version: '1 at first, and one more with each change of the entry.',
  status: 'Only a `usable` entry has a text for readers.',
  headline: 'The headline.',
  body: 'The text as blocks.',
  urgency: 'As the wires use it: 1 is a flash.',
  breaking: 'The desk decided to alert.',
  keyEvent: 'One of the moments that tell the story in short.',
  bylines: 'Who wrote it.',
  sources: 'Who says so.',
  verification: 'How sure the desk is.',
  relations: 'What it does to other entries.',
  located: 'Where it was written.',
  tags: 'Words to filter by.',
  corrections: 'Newest first, shown to readers.',
  publishedAt: 'Orders the display, newest first; an edit does not move an entry.',
  updatedAt: 'When it was last changed.',
};

const origin: Texts<wire.Origin> = {
  guid: 'The item’s `uri`, or its `guid` in NewsML-G2.',
  version: 'Its version, as the wire counts.',
  versionCreated: 'When that version was made.',
  pubStatus: 'What the wire says of it.',
  digest: 'Tells the same once more from something new.',
  withdrew: 'The version with which an item withdrew the entry, where it was not the desk.',
};

const deskEntry: Texts<wire.DeskEntry> = {
  ...entry,
  status: 'A withheld entry may come back, a canceled one never does.',
  notice: 'What readers are told in the entry’s place.',
  workflow: 'Where it stands on its way to readers. Until it is `published`, nothing of it is in the public edition.',
  workflowNote: 'What was said when it was submitted or sent back; gone with the next step.',
  edNote: 'A note between editors. Readers never see it.',
  publishAt: 'When it is to be published: within a second of it, and once.',
  embargoedUntil: 'Before when it is not to be published, by any door.',
  origin: 'The item of a wire that it was made of, where there was one.',
  createdBy: 'Who made it.',
  updatedBy: 'Who changed it last.',
  writtenBy: 'Who wrote its words last.',
};

const workflowNote: Texts<wire.WorkflowNote> = { text: 'What was said.', at: 'When.', by: 'By whom.' };

const tombstone: Texts<wire.Tombstone> = {
  id: entry.id,
  slug: entry.slug,
  version: entry.version,
  status: 'Remove the entry’s text wherever you show or keep it.',
  notice: 'What you may show in its place.',
  publishedAt: entry.publishedAt,
  updatedAt: 'When it was withdrawn.',
};

/** Desk-only fields that a command may set. */
const { edNote, publishAt, embargoedUntil } = deskEntry;
const deskFields = {
  ...{ edNote, publishAt, embargoedUntil },
  workflow: 'Absent: `published`, or `submitted` from a contributor.',
};
const bodyForms = {
  body: 'The text as blocks. One of the three forms of a body at most.',
  bodyMarkdown: 'The text as Markdown, which becomes blocks.',
  bodyHtml: 'The text as HTML, which becomes blocks: what has no block is dropped.',
};

const change: Texts<wire.Change> = {
  epoch: position.epoch,
  seq: 'The number of this change.',
  after: 'The `seq` that it directly follows; absent: `seq - 1`.',
  afterEpoch: 'The epoch of the position that it follows; absent: `epoch`.',
  through: 'The last change of the catch-up that it is part of.',
  kind: 'What happened. Apply the object of a kind that you do not know as of any other.',
  at: 'When it happened.',
  story: 'The whole new form of the header, where that is what changed.',
  entry: 'The whole new form of the entry, where that is what changed.',
};

const older = 'Pass it back as `before` for what comes further down; absent where there is no more.';
const stands = 'Where the reader stands who has this answer.';

const catchUp: Texts<wire.CatchUp> = {
  position: stands,
  reset: 'Whether to drop all that was held and start from this answer.',
  story: 'The header, if it changed or on a reset.',
  entries: 'Each entry that changed, once, in its newest form; on a reset the newest page.',
  older,
};

const problem: Texts<wire.Problem> = {
  type: 'A URI that names the code.',
  title: 'What the code means.',
  status: 'The HTTP status.',
  code: 'What to branch on.',
  detail: 'The particular case, for people.',
  retryable: 'Whether the same request may succeed later, unchanged.',
  requestId: 'Finds the request in the server’s logs.',
  errors: 'Each thing that was wrong with the request.',
  currentVersion: 'With `version_conflict`: where the object is now.',
  current: 'With `version_conflict` upon an `If-Match`: the object itself, as the desk has it now.',
  limit: 'With `too_many_requests`: which limit was used up.',
};

const wireError: Texts<wire.WireError> = {
  code: problem.code,
  message: problem.detail,
  retryable: problem.retryable,
  limit: problem.limit,
  retryAfterMs: 'Milliseconds after which another try makes sense.',
};

const alert: Texts<wire.Alert> = {
  kind: '`corrected`: `body` says what was wrong. `withdrawn`: the text of the alert is no longer so.',
  tag: 'Names the entry; what comes later under it takes the place of the earlier.',
  round: '1, then one more with each message of a topic that takes the place of the last.',
  at: 'When it came to be said. Take no earlier one after a later one.',
  slug: 'The story; its entry is at `/s/:slug/:entryId`.',
  entryId: 'The entry.',
  title: 'The entry’s headline, else its first words.',
  body: 'More words.',
  language: 'Of `title` and `body`.',
  direction: 'Of `title` and `body`.',
  publishedAt: 'When the entry was published.',
};

const joinRequest: Texts<wire.JoinRequest> = {
  slug: 'A story’s slug, or `@breaking`.',
  position: 'Where the reader stands; absent: it starts.',
  limit: 'Entries of the first page. Matters on a reset only.',
  edition: 'Readers follow `public`, editors `desk`.',
  token: 'Credential for this story; absent: that of the handshake.',
};

const goaway: Texts<wire.Goaway> = {
  reconnectWithinMs: 'Leave and come back at a random moment within so many milliseconds.',
  use: 'Present: go on by long polls.',
};

/** By the names of the schemas; see `named-schemas.ts`. */
export const FIELD_TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...{ Picture: picture, Rendition: rendition, Span: span, Block: block, Byline: byline, Source: source },
  ...{ Origin: origin, Relation: relation, KeyPoint: keyPoint, Correction: correction, Notice: notice, Actor: actor },
  ...{ Position: position, Story: story, DeskStory: deskStory, Entry: entry, Tombstone: tombstone },
  ...{ DeskEntry: deskEntry, Change: change, DeskChange: change, CatchUp: catchUp, DeskCatchUp: catchUp },
  ...{ Problem: problem, WireError: wireError, Alert: alert, JoinRequest: joinRequest, Goaway: goaway },
  BreakingCatchUp: catchUp,
  Joined: {
    ...catchUp,
    ok: 'The join was accepted.',
    audience: 'Readers of the story on this instance.',
    sampled: 'Present: the server asks to be told of what was applied, by `story:seen`.',
  },
  ...READER_TEXTS,
  Refused: { ok: 'The join was refused.', error: 'Why.' },
  LeaveRequest: { slug: joinRequest.slug, edition: 'Absent: whichever is followed.' },
  Snapshot: { story: 'The header.', entries: 'The newest ones, newest first.', position: stands, older },
  DeskSnapshot: { story: 'The header.', entries: 'The newest ones, newest first.', position: stands, older },
  StoryList: { stories: 'Headers, newest public change first.', older },
  DeskStoryList: { stories: 'Headers, newest public change first.', older },
  EntryPage: { entries: 'Newest first. May hold fewer than asked, even none.', position: stands, older },
  DeskEntryPage: { entries: 'Newest first. May hold fewer than asked, even none.', position: stands, older },
  OneEntry: { entry: 'The entry, or what is left of it.', position: stands },
  Breaking: { entries: 'Newest first.', position: stands },
  StoryReceipt: { story: 'The header as it is now.', position: 'Where the public edition stands with it.' },
  EntryReceipt: { entry: 'The entry as it is now.', position: 'Where the public edition stands with it.' },
  Revision: { version: entry.version, kind: change.kind, at: 'When it came to be.', entry: 'As it was then.' },
  RevisionList: { revisions: 'Newest first.', older: 'A version; pass it back as `before`.' },
  TakenIn: {
    guid: 'The item.',
    outcome: 'What became of it.',
    reason: 'With `ignored`: the item is older than what is known of it, or its entry is canceled for good.',
    slug: 'The story of its entry; absent where there is no entry.',
    entryId: 'Its entry.',
    version: 'Of the entry.',
    position: 'Where the public edition stands with the item in it.',
    leftOut: 'What of it cannot be shown.',
  },
  TakenInList: { items: 'One for each item of the document, as they were taken in.' },
  SignInWays: { service: 'The sign-in service; absent where none was named. A browser is to go to its `url`.' },
  AuditRecord: {
    number: '1, 2, 3 … without holes.',
    id: 'Names the record.',
    at: 'When the command took effect.',
    recordedAt: 'When it was recorded.',
    by: 'Who did it: the key’s or member’s name, and their ids.',
    action: 'What was done, such as `entry.updated`.',
    story: 'The slug; absent where it was about no story.',
    objects: 'What got a new version, with each field that differs from the version before.',
    about: 'What else is to be known.',
    previous: '`hash` of the record before; 64 zeros in the first.',
    hash: 'SHA-256 of this record without `hash`, as canonical JSON (RFC 8785).',
  },
  AuditPage: {
    records: 'Newest first.',
    head: 'Where the log ends.',
    older: 'A number; pass it back as `before`.',
  },
  UploadedPicture: {
    url: 'Where it is, for good.',
    width: 'Pixels, as it is shown.',
    height: 'Pixels, as it is shown.',
    renditions: 'The same picture in smaller sizes, where the server makes them.',
  },
  Uploaded: { picture: 'To be put into a body or a header, with a credit and a description.' },
  PushKey: { key: 'Base64url; what browsers call `applicationServerKey`.' },
  Subscribed: {
    id: 'Names the subscription under every topic.',
    topic: 'A story’s slug, or `@breaking`.',
    since: 'Since when alerts are sent.',
  },
  FieldError: { field: 'Path of a field, `?name` of a parameter, or a header.', message: 'What is allowed.' },

  CreateStory: { ...story, members, coverageStart: `${story.coverageStart} Absent: now.` },
  PatchStory: { ...story, members },
  PublishEntry: {
    ...entry,
    ...bodyForms,
    urgency: `${entry.urgency} Absent: 5, or 2 where it is breaking.`,
    ...deskFields,
  },
  EditEntry: { ...entry, ...bodyForms, edNote, publishAt, embargoedUntil },
  MoveEntry: { to: 'Where it is to stand.', note: 'For whoever has it next.' },
  RestoreEntry: { version: 'The version whose words are to come back.' },
  WorkflowNote: workflowNote,
  CorrectEntry: { ...entry, ...bodyForms, text: correction.text, edNote },
  WithdrawEntry: { status: deskEntry.status, notice: notice.text },
  ...PEOPLE_TEXTS,
  ...WEBHOOK_TEXTS,
  Subscribe: {
    endpoint: 'Where the push service is to be asked; it must be one that the server knows.',
    expirationTime: 'As the browser has it.',
    keys: 'As the browser has them.',
    key: 'The key that the subscription was made with, where it is not the one that the server names now.',
  },
};

/** Parameters in addresses, by name. */
export const QUERY_TEXTS: Readonly<Record<string, string>> = {
  limit: 'How many at most.',
  before: 'What comes below: an `older` of an earlier answer, passed back unchanged.',
  edition: '`desk` has what readers must not see, for keys of at least a contributor.',
  since: 'The position of the asker, `EPOCH:SEQ`. Absent: the answer is a reset.',
  wait: 'Seconds to wait for something to tell. 0: none.',
  tag: 'Only entries with this tag.',
  keyEvents: 'Only key events.',
  workflow: 'Only entries that stand there, `unpublished` for all before `published`. Of the desk edition.',
  token: 'A signed token, for `EventSource` which cannot send headers. API keys are refused here.',
  url: 'A page of this server.',
  maxwidth: 'Pixels.',
  maxheight: 'Pixels.',
  format: 'Only `json` is to be had.',
  lang: 'Language of buttons and times.',
  order: 'Which entries come first.',
  hide: 'Parts to leave out, parted by spaces.',
  'heading-level': 'Of the headline.',
  announce: 'What screen readers are told.',
  keys: 'Where keyboard shortcuts work.',
  state: 'What was given up, or what waits for another try.',
  story: 'Slug of the story that is chosen.',
  theme: 'The look that is chosen.',
  width: 'Of the preview.',
  member: 'Only what this member did, and what was done to them.',
  key: 'Only what was done with this key.',
  from: 'Only commands of this moment and later.',
  until: 'Only commands before this moment.',
  why: 'What stood in the way.',
  after: 'The number of the last record that the asker has.',
};
