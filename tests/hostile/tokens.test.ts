import { describe, expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';
import { AUDIENCE, badTokens, ISSUER, TARGET, token } from './bad-tokens.js';
import { credentialDoors } from './credential-doors.js';
import { newSigner, type Signer, signersOfAllAlgorithms } from './signers.js';

async function doorsOf({ algorithm, tokenKey }: Signer) {
  const TOKENS = { TOKEN_ALGORITHM: algorithm, TOKEN_KEY: tokenKey, TOKEN_ISSUER: ISSUER, TOKEN_AUDIENCE: AUDIENCE };
  const { url, api } = await serverForTest({ env: TOKENS });
  await api.createStory({ slug: TARGET, visibility: 'private' });
  return credentialDoors(url, TARGET);
}

describe.each(signersOfAllAlgorithms().map((signer) => [signer.algorithm, signer] as const))(
  'reader tokens where %s is configured',
  (_algorithm, signer) => {
    it('open every door that takes one, with headers that choose nothing and claims in any allowed form', {
      timeout: 60_000,
    }, async () => {
      const other = newSigner(signer.algorithm);
      const jwk = (other.publicKey ?? other.key).export({ format: 'jwk' });
      const good: Record<string, string> = {
        plain: token(signer),
        'with a fraction of a second': token(signer, { exp: Date.now() / 1_000 + 300.5 }),
        'for several audiences': token(signer, { aud: ['elsewhere', AUDIENCE] }),
        'of use since a moment': token(signer, { nbf: Math.floor(Date.now() / 1_000) - 1 }),
        'of a clock that runs ahead': token(signer, { nbf: Math.floor(Date.now() / 1_000) + 3 }),
        'with claims of others': token(signer, {
          sub: 'reader-7',
          'https://news.example/plan': ['a', ':b', { 'c":': ':' }],
        }),
        'with another key in its header': token(signer, {}, { jwk, jku: 'http://127.0.0.1:9/', kid: 'x', typ: 'JWT' }),
      };
      for (const door of await doorsOf(signer)) {
        for (const [name, credential] of Object.entries(good)) {
          expect([door.name, name, await door.knock(credential)]).toEqual([door.name, name, 'ok']);
        }
      }
    });

    it('open nothing when they are forged, of another key, place or time, or could be read in two ways', {
      timeout: 120_000,
    }, async () => {
      const bad = badTokens(signer);
      expect(new Set(bad.map(([name]) => name)).size).toBe(bad.length);
      expect(bad.length).toBeGreaterThanOrEqual(60);
      let knocks = 0;
      for (const door of await doorsOf(signer)) {
        for (const [name, credential] of bad) {
          if (!door.takes(credential)) continue;
          knocks += 1;
          const refusal = door.name.startsWith('?token') && credential === '' ? 'invalid_input' : 'unauthenticated';
          expect([door.name, name, await door.knock(credential)]).toEqual([door.name, name, refusal]);
        }
        // The door still opens to whom it should.
        expect(await door.knock(token(signer))).toBe('ok');
      }
      console.log(`${signer.algorithm}: ${bad.length} bad tokens, ${knocks} knocks, none came in`);
    });
  },
);
