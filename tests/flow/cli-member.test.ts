import { expect, it } from 'vitest';
import { runCli } from '../helpers/cli.js';
import { signedIn } from '../helpers/person.js';
import { serverForTest } from '../helpers/server.js';

it('slugline member adds somebody, who signs in by the link that it prints, and says what they may do from then on', {
  timeout: 60_000,
}, async () => {
  const server = await serverForTest();
  const env = { SLUGLINE_URL: server.url, SLUGLINE_KEY: server.adminKey };
  const member = (...args: string[]) => runCli(['member', ...args], { env });

  const added = await member('add', '--name', 'Ines Halloran', '--role', 'contributor');
  expect(added.code, added.stderr).toBe(0);
  expect(added.stdout, 'standard output is the link and nothing else').toMatch(
    /^http:\S+\/console\/#sign-in=si_[A-Za-z0-9]+_[A-Za-z0-9]+\n$/,
  );
  const { memberId: id, person } = await signedIn(server, added.stdout.trim());
  expect((await member('list')).stdout).toMatch(new RegExp(`^${id} +contributor +since \\d{4}-.*Ines Halloran$`, 'm'));

  expect((await member('role', id, 'editor')).stdout).toMatch(new RegExp(`^${id} +editor `));
  const key = await member('key', id, '--name', 'Laptop');
  expect(key.stdout).toMatch(/^sl_\w+\n$/);
  const brought = { key: key.stdout.trim(), body: { slug: 'a-story', headline: 'H' } };
  expect((await server.api.request('POST', '/v1/stories', brought)).status).toBe(201);

  expect((await member('suspend', id)).stdout).toMatch(new RegExp(`^${id} +editor +suspended +Ines Halloran$`, 'm'));
  expect((await server.api.get('/v1/session', { key: null, headers: person })).status).toBe(401);
  expect((await server.api.get('/v1/stories', { key: key.stdout.trim() })).status).toBe(401);
  const refused = await member('link', id);
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toMatch(/suspended.*\(member_suspended\)/);

  const path = `/v1/members/${id}`;
  expect((await server.api.request('PATCH', path, { body: { status: 'active' } })).status).toBe(200);
  expect((await server.api.get('/v1/stories', { key: key.stdout.trim() })).status, 'a key that ended stays so').toBe(
    401,
  );
  const again = await server.api.request<{ signIn: { url: string } }>('POST', `${path}/sign-in`);
  expect((await signedIn(server, again.body.signIn.url)).memberId).toBe(id);
});
