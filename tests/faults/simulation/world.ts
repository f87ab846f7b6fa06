import type { Scheduler } from 'fast-check';
import type { Edition } from '../../../client-sdk/protocol/index.js';
import { HEADER_ID, type StoredObject } from '../../../server/store/story-store.js';
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
import { SimulatedAccess } from './keys.js';
import { openReader, type Reader, type ReaderOptions } from './reader.js';
import { StoreLink } from './store-link.js';
import { randomFrom, Turns } from './turns.js';
import { ReaderWitness } from './witness.js';

/** Commits that a store may lose when it starts again. */
const COPIES_MOST = 4;
/** After so many lives of the store nobody knows any more that an epoch goes on from one of long ago. */
const LIVES_KNOWN = 8;

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
  readonly access = new SimulatedAccess();
  readonly instances: readonly Instance[];
  readonly readers: Reader[] = [];
  /** What must not be, as it was found. */
  readonly complaints: string[] = [];
  readonly random: () => number;
  readonly #base: ModelBase;
  readonly #journals = { public: new Journal('public'), desk: new Journal('desk') };
  #readersOpened = 0;
  #copy: ModelData | undefined;
  /** The data after each of the newest commits. */
  #recent: ModelData[] = [];
  #lives = 0;
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
      (_, index) => new Instance('ABC'[index] ?? '?', { connect: this.#connect, access: this.access, pollAbove }),
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

  /** Whether all of the story's changes are of one epoch. */
  get isOneEpoch(): boolean {
    return this.#lives === 0;
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
      who: options.who,
      journal: this.#journals[editionOf(options)],
      history: this.history,
      mayBeReset: () => this.#wasPrivate || this.history.rewinds.length > 0 || this.#lives >= LIVES_KNOWN,
      hasGoneBack: () => this.history.rewinds.length > 0,
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

  /** The copy is put in the place of the data; under new epochs, or as a Redis does it, which goes on from it. */
  restore(isNewEpoch: boolean): void {
    if (this.#copy !== undefined) this.#goBackTo(this.#copy.copy(), isNewEpoch);
  }

  /** The store starts again without its newest commits: as many as that, as far as there were so many. */
  restart(lost: number): void {
    const data = this.#recent[Math.max(0, this.#recent.length - 1 - lost)];
    if (data !== undefined) this.#goBackTo(data.copy(), false);
  }

  #goBackTo(data: ModelData, isNewEpoch: boolean): void {
    const { epoch, seqs } = this.stream;
    const stream = data.streams.get(SLUG);
    if (stream === undefined) return;
    this.#lives += 1;
    data.life = this.#lives;
    if (isNewEpoch || stream.seqs.desk < seqs.desk || stream.epoch !== epoch) {
      this.history.rewinds.push({ epoch, seq: Math.min(seqs.public, stream.seqs.public) });
    }
    if (isNewEpoch) {
      for (const restored of data.streams.values()) {
        Object.assign(restored, { epoch: this.#base.newEpoch(), continued: [], life: data.life });
      }
    }
    this.#base.data = data;
    this.#recent = [data.copy()];
    this.#turned();
    this.desk.wentBackTo(stream.receipts);
  }

  #turned(): void {
    for (const journal of Object.values(this.#journals)) journal.became(this.stream);
  }

  readonly complain = (what: string): void => {
    if (this.complaints.length < 20) this.complaints.push(what);
  };

  /** All that an edition shows, newest first. */
  #shown(edition: Edition): readonly StoredObject[] {
    const objects = [...this.stream.objects[edition].values()].filter(({ orderKey }) => orderKey !== undefined);
    return objects.sort((a, b) => ((a.orderKey ?? '') < (b.orderKey ?? '') ? 1 : -1));
  }

  get end(): StoreState {
    const { epoch, seqs } = this.stream;
    const forms = this.#shown('public').map((object) => formOfEntry(this.history, publicEntryOf(object)));
    return { position: { epoch, seq: seqs.public }, forms: [formOfStory(this.history, this.#header), ...forms] };
  }

  /** What is not right with a reader now that all should be well; `undefined` when nothing is. */
  wrongWith({ story, options, device }: Reader): string | undefined {
    const { status } = story;
    if (!device.isSound) return `is ${status} on a connection that is dead`;
    const { who, limit } = options;
    const edition = editionOf(options);
    const isShutOut = who === 'anyone' ? this.isPrivate : this.access.isRevoked(who);
    if (status === 'refused') {
      const mayBe = isShutOut || (who === 'anyone' && this.#wasPrivate);
      return mayBe ? undefined : 'was refused a story that it may read';
    }
    if (isShutOut) return `is ${status}, and may not read the story`;
    if (status !== 'live') return `is ${status}`;
    const { epoch } = this.stream;
    const seq = this.stream.seqs[edition];
    const { position, entries } = story;
    // A reader hears of an epoch that goes on from its own with the next change.
    if (position === undefined || this.#journals[edition].between(position, { epoch, seq })?.length !== 0) {
      return `is live at ${position?.epoch}:${position?.seq}, and the store is at ${epoch}:${seq}`;
    }
    if (JSON.stringify(story.story) !== this.stream.objects[edition].get(HEADER_ID)?.form)
      return 'shows another header';
    const all = this.#shown(edition).map(({ form }) => form);
    const shown = entries.map((entry) => JSON.stringify(entry));
    const isPrefix = shown.every((form, index) => form === all[index]);
    const isWhole = story.hasOlder ? shown.length >= Math.min(limit, all.length) : shown.length === all.length;
    return isPrefix && isWhole ? undefined : `shows ${shown.join('\n')}\n of ${all.join('\n')}`;
  }

  readonly #connect = (name: string): StoreLink =>
    new StoreLink(name, new ModelStore(this.#base), this.turns, {
      committed: (commit, receipt) => {
        for (const journal of Object.values(this.#journals)) journal.committed(commit, receipt, this.stream);
        this.#recent = [...this.#recent.slice(-COPIES_MOST), this.#base.data.copy()];
        this.desk.committed(commit, receipt);
        this.#wasPrivate ||= this.isPrivate;
      },
      renewed: () => this.#turned(),
    });
}

function editionOf({ who }: ReaderOptions): Edition {
  return who === 'desk' ? 'desk' : 'public';
}
