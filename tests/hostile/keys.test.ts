import { expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';
import { badKeys } from './bad-keys.js';
import { credentialDoors } from './credential-doors.js';

const SLUG = 'secret-story';
/** White space around a header's value is not of the value (RFC 9110, section 5.5), so the key arrives sound. */
const isTrimmed = (credential: unknown, key: string): boolean =>
  typeof credential === 'string' && credential.replace(/^[\t ]+|[\t\r\n ]+$/g, '') === key;

it('an API key that is not quite one opens no door', { timeout: 60_000 }, async () => {
  const { url, api } = await serverForTest();
  await api.createStory({ slug: SLUG, visibility: 'private' });
  const key = await api.createKey('admin');
  const bad = badKeys(key);
  expect(new Set(bad.map(([name]) => name)).size).toBe(bad.length);
  expect(bad.length).toBeGreaterThanOrEqual(100);
  let knocks = 0;
  for (const door of credentialDoors(url, SLUG)) {
    const byUrl = door.name.startsWith('?token');
    // A key in a URL is refused for being there; what is no key is taken for a reader token, and none is taken here.
    expect(await door.knock(key), door.name).toBe(byUrl ? 'invalid_input' : 'ok');
    for (const [name, credential] of bad) {
      if (!door.takes(credential) || (door.name.startsWith('Authorization') && isTrimmed(credential, key))) continue;
      knocks += 1;
      const ofKeys = byUrl && String(credential).startsWith('sl_');
      const noText = door.name === 'the token of a join' && typeof credential !== 'string';
      // Nothing is looked for so deep down.
      const isDeep = name === 'a deep list';
      const refusal = ofKeys || noText || isDeep ? 'invalid_input' : 'unauthenticated';
      expect([door.name, name, await door.knock(credential)]).toEqual([door.name, name, refusal]);
    }
    expect(await door.knock(key), door.name).toBe(byUrl ? 'invalid_input' : 'ok');
  }
  console.log(`${bad.length} bad keys, ${knocks} knocks, none came in`);
});
