import type { z } from 'zod';
import { createKeyRequest } from '../access/key-forms.js';
import { joinRequest, leaveRequest } from '../live/join-request.js';
import { subscriptionRequest } from '../push/subscription.js';
import {
  correctionRequest,
  createStoryRequest,
  editRequest,
  patchStoryRequest,
  publishRequest,
  withdrawalRequest,
} from '../story/requests.js';
import * as story from '../story/schemas.js';
import * as wire from './wire-schemas.js';

/** What is asked: the very schemas that the server parses with. */
export const REQUESTS = {
  CreateStory: createStoryRequest,
  PatchStory: patchStoryRequest,
  PublishEntry: publishRequest,
  EditEntry: editRequest,
  CorrectEntry: correctionRequest,
  WithdrawEntry: withdrawalRequest,
  CreateKey: createKeyRequest,
  Subscribe: subscriptionRequest,
  JoinRequest: joinRequest,
  LeaveRequest: leaveRequest,
} as const satisfies Readonly<Record<string, z.ZodType>>;

/** What both are made of. In what is asked they are closed, so there they have names of their own. */
export const PARTS = {
  Block: story.blockSchema,
  Span: story.spanSchema,
  Picture: story.pictureSchema,
  Rendition: story.renditionSchema,
  Byline: story.bylineSchema,
  Source: story.sourceSchema,
  Relation: story.relationSchema,
  KeyPoint: story.keyPointSchema,
} as const satisfies Readonly<Record<string, z.ZodType>>;

/** What is answered and told. */
export const ANSWERS = {
  Story: story.storySchema,
  DeskStory: story.deskStorySchema,
  Entry: story.entrySchema,
  Tombstone: story.tombstoneSchema,
  PublicEntry: story.publicEntrySchema,
  DeskEntry: story.deskEntrySchema,
  Correction: story.correctionSchema,
  Notice: story.noticeSchema,
  Actor: story.actorSchema,
  Position: wire.positionSchema,
  Change: wire.changeSchema,
  DeskChange: wire.deskChangeSchema,
  CatchUp: wire.catchUpSchema,
  DeskCatchUp: wire.deskCatchUpSchema,
  BreakingCatchUp: wire.breakingCatchUpSchema,
  Snapshot: wire.snapshotSchema,
  DeskSnapshot: wire.deskSnapshotSchema,
  StoryList: wire.storyListSchema,
  DeskStoryList: wire.deskStoryListSchema,
  EntryPage: wire.entryPageSchema,
  DeskEntryPage: wire.deskEntryPageSchema,
  OneEntry: wire.oneEntrySchema,
  Breaking: wire.breakingSchema,
  StoryReceipt: wire.storyReceiptSchema,
  EntryReceipt: wire.entryReceiptSchema,
  Revision: wire.revisionSchema,
  RevisionList: wire.revisionListSchema,
  TakenIn: wire.takenInSchema,
  TakenInList: wire.takenInListSchema,
  ApiKey: wire.apiKeySchema,
  KeyList: wire.keyListSchema,
  NewKey: wire.newKeySchema,
  PushKey: wire.pushKeySchema,
  Subscribed: wire.subscribedSchema,
  Alert: wire.alertSchema,
  Joined: wire.joinedSchema,
  Refused: wire.refusedSchema,
  JoinAnswer: wire.joinAnswerSchema,
  Goaway: wire.goawaySchema,
  WireError: wire.wireErrorSchema,
  Problem: wire.problemSchema,
  FieldError: wire.fieldErrorSchema,
} as const satisfies Readonly<Record<string, z.ZodType>>;
