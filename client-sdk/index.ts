export { connect } from './connect.js';
export type { ConnectOptions, LiveConnection } from './connection.js';
export { LiveError, type LocalErrorCode } from './live-error.js';
export type {
  EntryChange,
  InitialSnapshot,
  LiveSnapshot,
  LiveStatus,
  LiveStory,
  StoryEvents,
  StoryOptions,
  Update,
} from './story/live-story.js';
export type { ResumeStorage } from './story/resume-storage.js';
export type { LadderOptions } from './transport/ladder.js';
export type { TokenSource } from './transport/token.js';
export type { TransportName } from './transport/transport.js';
