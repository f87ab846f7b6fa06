/** What the fields of figures, of recalls and of who edits mean; by the names of the schemas. */
export const READER_TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Audience: {
    readers: 'Who follow the public edition now.',
    byTransport: 'The same, by the way on which they do.',
    byInstance: 'The same, by instance; one that is gone is gone from here within seconds.',
    entries: 'How far the newest changes came, newest first, at most 30.',
    at: 'When it was counted.',
  },
  ByTransport: { socket: 'By Socket.IO.', sse: 'By server-sent events.', poll: 'By polls that wait at this moment.' },
  EntryReach: {
    entryId: 'The entry.',
    version: 'The version that was told.',
    at: 'When it was committed.',
    reached: 'Readers to whom it was handed as it happened.',
    asked: 'Sampled readers who were to confirm it.',
    confirmed: 'Those of them who did.',
    p50Ms:
      'Milliseconds from the command within which half of the confirmations were back. Absent: there are none yet.',
    p95Ms: 'The same of 95 of 100.',
  },
  Recall: {
    entryId: 'The entry.',
    version: 'The version that withdrew it.',
    status: '`withheld`: it may come back. `canceled`: it is gone for good.',
    at: 'When it was withdrawn.',
    state: '`done`: nothing more is to be waited for.',
    readers: 'Who follow the story. Absent: that is no longer known, two hours after.',
    breaking: 'Who follow `@breaking`; absent as well where the entry was not there.',
    caches: '`until`: the latest moment at which an answer from before may be in a cache that does as our answers say.',
    replacedAt: 'Addresses that are answered without its text.',
    alerts: 'Alerts that were made of it, by topic, and what became of them.',
    unknown: 'What no server can know.',
  },
  RecallReach: {
    there: 'Who followed when it was told.',
    handed: 'Those of them to whom it was handed at once.',
    asked: 'Sampled readers who were to confirm that they dropped it.',
    confirmed: 'Those of them who did.',
  },
  DeskEditor: {
    memberId: 'Who it is; absent where a key without a member is used.',
    name: 'The same, for people.',
    entryId: 'The entry.',
    since: 'Since when.',
  },
  SeenRequest: { slug: 'The story.', position: 'Where the reader stands. Absent: it holds changes back.' },
  EditingRequest: { slug: 'The story.', entryId: 'The entry that is edited; `null`: none any more.' },
};
