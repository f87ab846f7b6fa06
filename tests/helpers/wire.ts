import type { FieldError, Position } from '@slugline/client/protocol';
import type { Api } from './server.js';

/** What became of one item that a wire sent. */
interface TakenItem {
  readonly guid: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly slug?: string;
  readonly entryId?: string;
  readonly version?: number;
  readonly position?: Position;
  readonly leftOut?: readonly FieldError[];
}

interface Ingested {
  readonly status: number;
  readonly items: readonly TakenItem[];
  /** The one item, where one was sent. */
  readonly item: TakenItem;
}

/** Sends a document of a wire. Throws where it is refused. */
export async function ingest(api: Api, path: string, document: unknown, type = 'application/json'): Promise<Ingested> {
  const headers = { 'content-type': type };
  const { status, body } = await api.request<{ items: TakenItem[] }>('POST', path, { body: document, headers });
  const [item] = body.items ?? [];
  if (item === undefined) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
  return { status, items: body.items, item };
}
