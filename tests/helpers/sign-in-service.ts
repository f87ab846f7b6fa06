import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';

/** What an ID token is to say, and who signs it. */
interface Token {
  readonly claims: JWTPayload;
  /** `RS256` by the service's key; `forged`: by another key of the same id; `none`: by nobody. */
  readonly signed: 'RS256' | 'forged' | 'none' | 'HS256';
}

export interface SignInService {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who is signed in at the service, as claims. */
  person: JWTPayload;
  /** Changes what the next tokens say, or how they are signed. */
  tokens: (token: Token) => Token;
  /** Whether the service sends people back with an error. */
  refuses: boolean;
  /** Whether a code is good more than once, as it is not to be. */
  keepsCodes: boolean;
  /** Codes that were exchanged. */
  readonly exchanged: () => number;
  close(): Promise<void>;
}

interface Code {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

const CLIENT_ID = 'the-desk';
const CLIENT_SECRET = 'a secret of the desk and the service';

/**
 * An OpenID provider on loopback, over real HTTP: metadata, keys, codes that are good once, PKCE, and the client's
 * secret are checked as the specification has it, so that a client which leaves one out gets nothing.
 *
 * @param port 0: any that is free.
 * @param host what it calls itself: by `localhost` it is another site than a server at 127.0.0.1.
 */
export async function startSignInService(port = 0, host = '127.0.0.1'): Promise<SignInService> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const { privateKey: forger } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: 'service-1', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, Code>();
  let exchanged = 0;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`;
  const service: SignInService = {
    issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    person: { sub: 'person-1', name: 'Ada Lindt', groups: ['desk'] },
    tokens: (token) => token,
    refuses: false,
    keepsCodes: false,
    exchanged: () => exchanged,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return service;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
    if (pathname === '/.well-known/openid-configuration') return json(response, 200, metadata());
    if (pathname === '/keys') return json(response, 200, { keys: [key] });
    if (pathname === '/authorize') return authorize(response, searchParams);
    if (pathname === '/token') return exchange(request, response);
    response.writeHead(404).end();
  }

  function metadata(): object {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  function authorize(response: ServerResponse, asked: URLSearchParams): void {
    const redirectUri = asked.get('redirect_uri') ?? '';
    const back = new URL(redirectUri);
    back.searchParams.set('state', asked.get('state') ?? '');
    if (service.refuses) {
      back.searchParams.set('error', 'access_denied');
    } else {
      const challenge = asked.get('code_challenge') ?? '';
      if (asked.get('code_challenge_method') !== 'S256' || challenge === '') throw new Error('no PKCE was asked for');
      const code = randomUUID();
      codes.set(code, { nonce: asked.get('nonce') ?? '', challenge, redirectUri });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const code = codes.get(form.get('code') ?? '');
    if (!service.keepsCodes) codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isOurClient = form.get('client_id') === CLIENT_ID && form.get('client_secret') === CLIENT_SECRET;
    if (!isOurClient) return json(response, 401, { error: 'invalid_client' });
    if (code?.challenge !== challenge || code.redirectUri !== form.get('redirect_uri')) {
      return json(response, 400, { error: 'invalid_grant' });
    }
    exchanged += 1;
    const now = Math.floor(Date.now() / 1_000);
    const usual = { iss: issuer, aud: CLIENT_ID, iat: now, exp: now + 300, nonce: code.nonce, ...service.person };
    const idToken = await signed(service.tokens({ claims: usual, signed: 'RS256' }));
    json(response, 200, { access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token: idToken });
  }

  function signed({ claims, signed: how }: Token): Promise<string> | string {
    if (how === 'none') return new UnsecuredJWT(claims).encode();
    if (how === 'HS256') {
      const secret = new TextEncoder().encode(CLIENT_SECRET);
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key.kid }).sign(secret);
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: key.kid })
      .sign(how === 'forged' ? forger : privateKey);
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
