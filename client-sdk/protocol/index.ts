export type { Alert } from './alert.js';
export type {
  AlertRecall,
  Audience,
  ByTransport,
  DeskEditor,
  EditingRequest,
  EntryReach,
  Recall,
  RecallReach,
  RecallUnknown,
} from './audience.js';
export type {
  Block,
  EmbedBlock,
  HeadingBlock,
  ListBlock,
  Mark,
  ParagraphBlock,
  Picture,
  PictureBlock,
  QuoteBlock,
  Rendition,
  Span,
} from './body.js';
export { isSafeUrl } from './body.js';
export type {
  CatchUp,
  Change,
  ChangeKind,
  DeskChange,
  EntryPage,
  EntryReceipt,
  Snapshot,
  StoryReceipt,
} from './change.js';
export type {
  Byline,
  Correction,
  DeskEntry,
  Entry,
  EntryStatus,
  Notice,
  Origin,
  PublicEntry,
  Relation,
  Source,
  Tombstone,
  Verification,
  Workflow,
  WorkflowNote,
} from './entry.js';
export type { ErrorCode, ErrorDefinition, FieldError, Problem, RateLimitName, WireError } from './errors.js';
export { ERRORS, isErrorCode } from './errors.js';
export { LIMITS } from './limits.js';
export type { Position } from './position.js';
export { formatPosition, parsePosition } from './position.js';
export { BREAKING_SLUG, isSlug } from './slug.js';
export type {
  ClientToServerEvents,
  Goaway,
  JoinAnswer,
  Joined,
  JoinRequest,
  LeaveRequest,
  Refused,
  SeenRequest,
  ServerToClientEvents,
} from './socket-events.js';
export type { Actor, DeskStory, Edition, KeyPoint, Story, StoryStatus, Visibility } from './story.js';
