import type { DeskEntry } from '@slugline/client/protocol';
import type { Api } from './server.js';

type Fields = Readonly<Record<string, unknown>>;

/** What a newsroom does to one story. Each is done when it resolves. */
export interface Desk {
  readonly slug: string;
  publish(headline: string, fields?: Fields): Promise<DeskEntry>;
  /** So many, one after the other: `Number 1` and so on, each with a body of some lines. Answers their ids, oldest first. */
  publishMany(count: number, fields?: Fields): Promise<readonly string[]>;
  edit(id: string, fields: Fields): Promise<void>;
  correct(id: string, text: string, fields?: Fields): Promise<void>;
  withdraw(id: string, status?: 'canceled' | 'withheld', notice?: string): Promise<void>;
  pin(id: string): Promise<void>;
  unpin(id: string): Promise<void>;
  /** Changes the story's header. */
  change(fields: Fields): Promise<void>;
}

/** The desk of a new story. */
export async function newDesk(api: Api, fields: Fields = {}): Promise<Desk> {
  const { slug } = await api.createStory(fields);
  const story = `/v1/stories/${slug}`;
  const done = async (method: string, path: string, body?: Fields) => {
    const { status } = await api.request(method, path, body === undefined ? {} : { body });
    if (status >= 400) throw new Error(`${method} ${path}: ${status}`);
  };
  return {
    slug,
    publish: (headline, more = {}) => api.publish(slug, { headline, ...more }),
    async publishMany(count, more = {}) {
      const ids: string[] = [];
      for (let number = 1; number <= count; number += 1) {
        const { id } = await api.publish(slug, { headline: `Number ${number}`, bodyMarkdown: LINES, ...more });
        ids.push(id);
      }
      return ids;
    },
    edit: (id, more) => done('PATCH', `${story}/entries/${id}`, more),
    correct: (id, text, more = {}) => done('POST', `${story}/entries/${id}/corrections`, { text, ...more }),
    withdraw: (id, status = 'canceled', notice) =>
      done('POST', `${story}/entries/${id}/withdrawal`, { status, ...(notice === undefined ? {} : { notice }) }),
    pin: (id) => done('PUT', `${story}/pins/${id}`),
    unpin: (id) => done('DELETE', `${story}/pins/${id}`),
    change: (more) => done('PATCH', story, more),
  };
}

const LINES =
  'Two engines are on the quay.\n\nA third is on its way, and the road along the river is closed to all traffic.';
