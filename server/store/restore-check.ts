import { Failure } from '../errors.js';
import { checkForm, isName } from './commit-check.js';
import type { DumpRecord } from './story-store.js';

export type StreamRecord = Extract<DumpRecord, { record: 'stream' }>;
/** What belongs to a stream. */
export type BodyRecord = Exclude<DumpRecord, StreamRecord>;

/**
 * Sees to it that a stream is taken in whole, and that nothing comes in that a commit would have refused. Every
 * method throws `invalid_input`, or `entry_too_large` for a form that is.
 */
export class RestoreCheck {
  readonly #head: StreamRecord;
  readonly #highest = { public: 0, desk: 0 };

  constructor(head: StreamRecord) {
    if (!isName(head.stream) || !isName(head.changedAt) || Number.isNaN(Date.parse(head.changedAt))) {
      throw refused('A stream record has no usable name or time.');
    }
    this.#head = head;
  }

  record(record: BodyRecord): void {
    const { stream, seqs } = this.#head;
    if (record.stream !== stream) throw refused(`A record of ${record.stream} stands among those of ${stream}.`);
    switch (record.record) {
      case 'object': {
        const { object, edition } = record;
        checkForm(object.form);
        if (!isName(object.objectId) || (object.orderKey !== undefined && !isName(object.orderKey))) {
          throw refused(`An object of ${stream} has no usable id or order key.`);
        }
        if (!Number.isSafeInteger(object.seq) || object.seq < 1 || object.seq > seqs[edition]) {
          throw refused(`The object ${object.objectId} is not within its stream's numbers.`);
        }
        this.#highest[edition] = Math.max(this.#highest[edition], object.seq);
        break;
      }
      case 'revision':
        checkForm(record.revision.form);
        if (!isName(record.objectId)) throw refused(`A revision of ${stream} has no usable id.`);
        break;
      case 'receipt':
        if (Number.isNaN(Date.parse(record.expiresAt))) throw refused(`A receipt of ${stream} has no usable end.`);
        break;
      case 'outbox':
        break;
    }
  }

  /** To be asked after the last record: the newest change of an edition is always some object's newest form. */
  end(): void {
    const { stream, seqs } = this.#head;
    if (this.#highest.public !== seqs.public || this.#highest.desk !== seqs.desk) {
      throw refused(`The dump of ${stream} is not complete: its newest change is missing.`);
    }
  }
}

function refused(message: string): Failure {
  return new Failure('invalid_input', message);
}
