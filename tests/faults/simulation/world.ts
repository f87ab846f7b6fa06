import type { Scheduler } from 'fast-check';
import { HEADER_ID } from '../../../server/store/story-store.js';
import { publicEntryOf, publicStoryOf } from '../../../server/story/stored.js';
import type { ModelData, ModelStream } from '../../helpers/model-data.js';
import { type ModelBase, ModelStore, modelBase } from '../../helpers/model-store.js';
import type { VirtualTime } from '../../helpers/virtual-time.js';
import { History, type StoreState } from '../checker/history.js';
import { formOfEntry, formOfStory } from '../forms.js';
import { Desk, SLUG } from './desk.js';
import { Device } from './device.js';
import { Instance } from './instance.js';
import { Journal } from './journal.js';
import { openReader, type Reader, type ReaderOptions } from './reader.js';
import { StoreLink } from './store-link.js';
import { randomFrom, Turns } from './turns.js';
import { ReaderWitness } from './witness.js';

export interface WorldOptions {
  readonly instances: number;
  /** Connections above which instances send new readers to polling; 0: never. */
  readonly pollAbove: number;
  /** Fixes every number that anyone draws. */
  readonly seed: number;
  /** Takes a line for each turn, for those who want to know. */
  readonly trace?: string[];
}

/** A story, its desk, the instances that serve it and those who read it, all in one process and on one clock. */
export class World {
  readonly turns: Turns;
  readonly history = new History();
  readonly desk = new Desk(this.history);
  readonly instances: readonly Instance[];
  readonly readers: Reader[] = [];
  /** What must not be, as it was found. */
  readonly complaints: string[] = [];
  readonly random: () => number;
  readonly #base: ModelBase;
  readonly #journal = new Journal('public');
  #readersOpened = 0;
  #copy: ModelData | undefined;
  #wasPrivate = false;

  constructor(scheduler: Scheduler, time: VirtualTime, { instances, pollAbove, seed, trace }: WorldOptions) {
    this.random = randomFrom(seed);
    this.turns = new Turns(scheduler, time, this.random, trace);
    let epochs = 0;
    this.#base = modelBase(() => {
      epochs += 1;
      return `epoch-${String(epochs).padStart(4, '0')}`;
    });
    this.instances = Array.from(
      { length: instances },
      (_, index) => new Instance('ABC'[index] ?? '?', { connect: this.#connect, pollAbove }),
    );
  }

  /** The stream as the store has it now. */
  get stream(): ModelStream {
    const stream = this.#base.data.streams.get(SLUG);
    if (stream === undefined) throw new Error('the story is not there');
    return stream;
  }

  get isPrivate(): boolean {
    return this.#header.visibility !== 'public';
  }

  get #header() {
    const header = this.stream.objects.public.get(HEADER_ID);
    if (header === undefined) throw new Error('the story has no header');
    return publicStoryOf(header);
  }

  /** Subscriptions that instances have in force. */
  get subscriptions(): number {
    return this.#base.subscriptions.size;
  }

  open(options: ReaderOptions, instance: Instance): void {
    this.#readersOpened += 1;
    const name = `reader ${this.#readersOpened}`;
    const witness = new ReaderWitness({
      name,
      mayReadPrivate: options.hasKey,
      journal: this.#journal,
      history: this.history,
      mayBeReset: () => this.#wasPrivate || this.history.rewinds.length > 0,
      complain: this.complain,
    });
    const device = new Device(name, this.turns, instance);
    this.readers.push(openReader(device, options, witness, this.random));
  }

  close(reader: Reader): void {
    reader.story.close();
    this.readers.splice(this.readers.indexOf(reader), 1);
  }

  /** An operator takes a copy of the store's data. */
  copy(): void {
    this.#copy = this.#base.data.copy();
  }

  /** The copy is put in the place of the data, by someone who follows the instructions: under new epochs. */
  restore(): void {
    if (this.#copy === undefined) return;
    const { epoch, seqs } = this.stream;
    const data = this.#copy.copy();
    const stream = data.streams.get(SLUG);
    if (stream === undefined) return;
    this.history.rewinds.push({ epoch, seq: Math.min(seqs.public, stream.seqs.public) });
    for (const restored of data.streams.values()) restored.epoch = this.#base.newEpoch();
    this.#base.data = data;
    this.#journal.became(stream);
    this.desk.wentBackTo(stream.receipts);
  }

  readonly complain = (what: string): void => {
    if (this.complaints.length < 20) this.complaints.push(what);
  };

  /** All that the public edition holds, newest first. */
  get edition() {
    const objects = [...this.stream.objects.public.values()].filter(({ orderKey }) => orderKey !== undefined);
    return objects.sort((a, b) => ((a.orderKey ?? '') < (b.orderKey ?? '') ? 1 : -1));
  }

  get end(): StoreState {
    const { epoch, seqs } = this.stream;
    const forms = this.edition.map((object) => formOfEntry(this.history, publicEntryOf(object)));
    return { position: { epoch, seq: seqs.public }, forms: [formOfStory(this.history, this.#header), ...forms] };
  }

  /** What is not right with a reader now that all should be well; `undefined` when nothing is. */
  wrongWith({ story, options, device }: Reader): string | undefined {
    const { status } = story;
    if (!device.isSound) return `is ${status} on a connection that is dead`;
    if (status === 'refused') {
      return options.hasKey || !this.#wasPrivate ? 'was refused a story that it may read' : undefined;
    }
    if (this.isPrivate && !options.hasKey) return `is ${status} on a story that is private`;
    if (status !== 'live') return `is ${status}`;
    const { epoch, seqs } = this.stream;
    const { position, entries } = story;
    if (position?.epoch !== epoch || position.seq !== seqs.public) {
      return `is live at ${position?.epoch}:${position?.seq}, and the store is at ${epoch}:${seqs.public}`;
    }
    if (JSON.stringify(story.story) !== this.stream.objects.public.get(HEADER_ID)?.form) return 'shows another header';
    const all = this.edition.map(({ form }) => form);
    const shown = entries.map((entry) => JSON.stringify(entry));
    const isPrefix = shown.every((form, index) => form === all[index]);
    const isWhole = story.hasOlder ? shown.length >= Math.min(options.limit, all.length) : shown.length === all.length;
    return isPrefix && isWhole ? undefined : `shows ${shown.join('\n')}\n of ${all.join('\n')}`;
  }

  readonly #connect = (name: string): StoreLink =>
    new StoreLink(name, new ModelStore(this.#base), this.turns, {
      committed: (commit, receipt) => {
        this.#journal.committed(commit, receipt);
        this.desk.committed(commit, receipt);
        this.#wasPrivate ||= this.isPrivate;
      },
      renewed: () => this.#journal.became(this.stream),
    });
}
