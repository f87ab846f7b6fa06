import { LIMITS } from '@slugline/client/protocol';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ROLES, type Role } from '../access/access.js';
import { type CreatedKey, createKey, listKeys, revokeKey } from '../access/api-keys.js';
import type { ApiKey } from '../access/key-forms.js';
import { BY_COMMAND_LINE } from '../audit/audited.js';
import type { StoryStore } from '../store/story-store.js';
import { parseInput } from '../story/requests.js';
import { line } from '../story/text-schemas.js';
import { createApiClient } from './api-client.js';
import { type ApiFlags, addApiOptions, apiTarget } from './api-options.js';
import { watchInterruption } from './interruption.js';
import { addStoreOptions, type StoreFlags, withStore } from './store-options.js';

interface KeyFlags extends ApiFlags, StoreFlags {
  readonly offline?: true;
}

/** What can be done with keys, whether by way of a running server or on the store itself. */
interface KeyDesk {
  create(name: string, role: Role): Promise<CreatedKey>;
  list(): Promise<readonly ApiKey[]>;
  revoke(id: string): Promise<void>;
}

export function addKeyCommand(program: Command): void {
  const key = program
    .command('key')
    .summary('create, list and revoke API keys')
    .description('API keys say who may publish. Each has a name for people and a role.')
    .addHelpText(
      'after',
      `
Roles, each may do what those below it may:
  admin        everything, also keys
  editor       create stories, publish, edit, correct, withdraw
  contributor  read the desk edition, write and submit
  reader       read private stories

Examples:
  $ export SLUGLINE_KEY=sl_…                          an admin key
  $ slugline key create --name "City desk" --role editor
  $ slugline key list
  $ slugline key revoke 4fT0qLw9Zr2K
  $ slugline key create --name "Me" --role admin --offline --data-dir ./data`,
    );
  const create = key
    .command('create')
    .description('Makes a key and prints it. It is shown this once: only a digest of it is kept.')
    .requiredOption('--name <name>', 'who will hold it; shown to other editors')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory());
  addKeyOptions(create).action((flags: KeyFlags & { name: string; role: Role }) =>
    atKeyDesk(flags, async (desk) => {
      const created = await desk.create(flags.name, flags.role);
      console.error(`Made the ${created.key.role} key ${created.key.id} for ${created.key.name}. Keep it now:`);
      console.log(created.credential);
    }),
  );
  const list = key
    .command('list')
    .description('Lists all keys, newest first, also revoked ones. Secrets are not kept.');
  addKeyOptions(list).action((flags: KeyFlags) =>
    atKeyDesk(flags, async (desk) => {
      for (const row of await desk.list()) console.log(keyLine(row));
    }),
  );
  const revoke = key
    .command('revoke')
    .description('Takes a key out of force, everywhere within seconds. It cannot be brought back.')
    .argument('<id>', 'the middle part of the key: sl_<id>_…');
  addKeyOptions(revoke).action((id: string, flags: KeyFlags) =>
    atKeyDesk(flags, async (desk) => {
      await desk.revoke(id);
      console.log(`revoked ${id}`);
    }),
  );
}

function addKeyOptions(command: Command): Command {
  addApiOptions(command).option('--offline', 'work on the store itself, while no server runs on it');
  return addStoreOptions(command, 'with --offline: ');
}

async function atKeyDesk(flags: KeyFlags, work: (desk: KeyDesk) => Promise<void>): Promise<void> {
  if (flags.offline === true) await withStore(flags, 'create', (store) => work(offlineDesk(store)));
  else await work(serverDesk(flags));
}

const NEW_KEY = z.strictObject({ name: line(LIMITS.name), role: z.enum(ROLES) });

function offlineDesk(store: StoryStore): KeyDesk {
  return {
    create: async (name, role) => createKey(store, parseInput(NEW_KEY, { name, role }), BY_COMMAND_LINE),
    list: () => listKeys(store),
    revoke: async (id) => {
      await revokeKey(store, id, BY_COMMAND_LINE);
    },
  };
}

const KEY = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  createdAt: z.string(),
  revokedAt: z.string().exactOptional(),
});

function serverDesk(flags: KeyFlags): KeyDesk {
  const { signal } = watchInterruption();
  const api = createApiClient(apiTarget(flags), { signal });
  return {
    async create(name, role) {
      const request = { method: 'POST', path: '/v1/keys', body: { name, role } } as const;
      const { key, secret } = await api.send(request, z.object({ key: KEY, secret: z.string() }));
      return { key, credential: secret };
    },
    list: async () => (await api.send({ method: 'GET', path: '/v1/keys' }, z.object({ keys: z.array(KEY) }))).keys,
    async revoke(id) {
      await api.send({ method: 'DELETE', path: `/v1/keys/${encodeURIComponent(id)}` }, z.undefined());
    },
  };
}

function keyLine({ id, name, role, createdAt, revokedAt }: ApiKey): string {
  const state = revokedAt === undefined ? `since ${createdAt.slice(0, 10)}` : `revoked ${revokedAt.slice(0, 10)}`;
  return `${id.padEnd(14)}  ${role.padEnd(11)}  ${state.padEnd(18)}  ${name}`;
}
