import type { DeskEditor } from '@slugline/client/protocol';
import { Emitter } from './emitter.js';
import { home } from './home.js';

/** Milliseconds until a link that was lost is made again: at least, and spread over as long once more. */
const AGAIN_MS = 4_000;

/**
 * Who edits which entry of a story. It has a socket of its own, which says and hears nothing else: what the SDK carries is
 * what readers need.
 */
export class Presence extends Emitter {
  /** The others; oldest first. Nobody while there is no link: who was there may have left. */
  others: readonly DeskEditor[] = [];
  readonly #slug: string;
  readonly #self: string;
  #entryId: string | null = null;
  #socket: WebSocket | undefined;
  #isJoined = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param self the member's id. */
  constructor(slug: string, self: string) {
    super();
    this.#slug = slug;
    this.#self = self;
    this.#open();
  }

  /** Says which entry is edited here; `null`: none. */
  edit(entryId: string | null): void {
    if (entryId === this.#entryId) return;
    this.#entryId = entryId;
    this.#tell();
  }

  /** Names of those who edit an entry. */
  at(entryId: string): readonly string[] {
    return this.others.filter((one) => one.entryId === entryId).map(({ name }) => name);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #open(): void {
    const socket = new WebSocket(`${home.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#heard(String(data)));
    socket.addEventListener('close', () => {
      this.#isJoined = false;
      this.#are([]);
      if (this.#closed) return;
      this.#timer = setTimeout(() => this.#open(), AGAIN_MS * (1 + Math.random()));
    });
  }

  /** Frames of Socket.IO 5 over Engine.IO 4, as PROTOCOL.md has them. */
  #heard(frame: string): void {
    if (frame === '2') this.#send('3');
    else if (frame.startsWith('0')) this.#send('40');
    else if (frame.startsWith('40')) {
      this.#send(`420${JSON.stringify(['story:join', { slug: this.#slug, edition: 'desk', limit: 1 }])}`);
    } else if (frame.startsWith('430')) {
      this.#isJoined = true;
      if (this.#entryId !== null) this.#tell();
    } else if (frame.startsWith('42["desk:presence"')) {
      const [, slug, editors]: readonly [string, string, readonly DeskEditor[]] = JSON.parse(frame.slice(2));
      if (slug === this.#slug) this.#are(editors.filter(({ memberId }) => memberId !== this.#self));
    }
  }

  #tell(): void {
    if (!this.#isJoined) return;
    this.#send(`42${JSON.stringify(['desk:editing', { slug: this.#slug, entryId: this.#entryId }])}`);
  }

  #send(frame: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  #are(editors: readonly DeskEditor[]): void {
    if (editors.length === 0 && this.others.length === 0) return;
    this.others = editors;
    this.emit();
  }
}
