import { type Agent, request } from 'node:http';

export interface LeanRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; absent for none. */
  readonly body: string | undefined;
  /** Milliseconds for the whole answer. */
  readonly withinMs: number;
  readonly agent: Agent;
}

export interface LeanAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: unknown;
}

/**
 * One request at a quarter of what `fetch` costs: desks publish hundreds of times a second in the process in which the
 * readers of a run follow. Rejects when there is no whole answer within the time.
 */
export function leanRequest(url: string, options: LeanRequest): Promise<LeanAnswer> {
  const { method, headers, body, withinMs, agent } = options;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request(url, { method, headers: { ...headers, ...length }, agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () => {
        clearTimeout(timer);
        try {
          const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString());
          resolve({ status: incoming.statusCode ?? 0, body: parsed });
        } catch (error) {
          reject(error);
        }
      });
    });
    function fail(error: Error): void {
      clearTimeout(timer);
      reject(error);
    }
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${withinMs} ms`)), withinMs);
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}
