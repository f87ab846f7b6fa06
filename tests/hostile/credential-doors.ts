import { type Api, createApi } from '../helpers/server.js';
import { connectSocket, type SocketReader } from '../helpers/socket-reader.js';

/** A place where a credential may be handed in. */
export interface CredentialDoor {
  readonly name: string;
  /** Whether a credential of this text can be brought here at all. */
  takes(credential: unknown): boolean;
  /** `ok`, or the code of the refusal. */
  knock(credential: unknown): Promise<string>;
}

/** What a header may hold; all else is stopped by the client that would have to send it. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Every place of a server that takes a credential, each asked for the same private story. */
export function credentialDoors(url: string, slug: string): readonly CredentialDoor[] {
  const api: Api = createApi(url);
  let stranger: Promise<SocketReader> | undefined;

  const byHeader = (name: string, method: string, path: string): CredentialDoor => ({
    name,
    takes: (credential) => typeof credential === 'string' && HEADER_TEXT.test(credential),
    async knock(credential) {
      const headers = { authorization: `Bearer ${String(credential)}` };
      return codeOf(await api.request<{ code?: string }>(method, path, { key: null, headers }));
    },
  });

  const byUrl = (name: string, method: string, path: string): CredentialDoor => ({
    name,
    takes: (credential) => typeof credential === 'string',
    async knock(credential) {
      const asked = `${path}?token=${encodeURIComponent(String(credential))}`;
      return codeOf(await api.request<{ code?: string }>(method, asked, { key: null }));
    },
  });

  return [
    byHeader('Authorization of a snapshot', 'GET', `/v1/stories/${slug}`),
    byHeader('Authorization of a catch-up', 'GET', `/v1/stories/${slug}/changes`),
    byHeader('Authorization of a page', 'GET', `/s/${slug}`),
    byUrl('?token of a catch-up', 'GET', `/v1/stories/${slug}/changes`),
    {
      name: 'the handshake of a socket',
      takes: () => true,
      async knock(token) {
        try {
          const { socket, ask } = await connectSocket(url, { auth: { token } });
          const answer = await ask({ slug });
          socket.close();
          return answer.ok ? 'ok' : answer.error.code;
        } catch (error) {
          return String(Reflect.get(Object(Reflect.get(Object(error), 'data')), 'code'));
        }
      },
    },
    {
      name: 'the token of a join',
      takes: () => true,
      async knock(token) {
        stranger ??= connectSocket(url);
        const { ask, socket } = await stranger;
        const answer = await ask({ slug, token });
        if (answer.ok) socket.emit('story:leave', { slug });
        return answer.ok ? 'ok' : answer.error.code;
      },
    },
  ];
}

function codeOf({ status, body }: { readonly status: number; readonly body: { readonly code?: string } }): string {
  return status < 400 ? 'ok' : (body.code ?? `status ${status}`);
}
