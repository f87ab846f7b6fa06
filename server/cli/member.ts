import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ROLES } from '../access/access.js';
import { MEMBER_ROLES, type Member, type MemberPatch } from '../access/people/member-forms.js';
import { memberIdText } from '../story/text-schemas.js';
import { type ApiFlags, addApiOptions } from './api-options.js';
import { atServer } from './at-server.js';

interface NamedFlags extends ApiFlags {
  readonly name: string;
}

export function addMemberCommand(program: Command): void {
  const member = program
    .command('member')
    .summary('add people, let them sign in, change what they may do')
    .description(
      'Members are the people of the newsroom. They sign in to the console by a link that works once,\n' +
        'and may have personal keys, which never may more than they may.',
    )
    .addHelpText(
      'after',
      `
Roles, each may do what those below it may:
  admin        everything, also members and keys
  editor       create stories, publish, edit, correct, withdraw
  contributor  read the desk edition, write and submit

Examples:
  $ export SLUGLINE_KEY=sl_…                          an admin key
  $ slugline member add --name "Ines Halloran" --role editor
  $ slugline member list
  $ slugline member link n7Wc41xRb9Lp                 a new link, where the first was lost
  $ slugline member role n7Wc41xRb9Lp admin
  $ slugline member suspend n7Wc41xRb9Lp              out by every door within seconds`,
    );
  addApiOptions(
    member
      .command('add')
      .description('Adds somebody and prints the link by which they sign in. It works once, within 24 hours.')
      .requiredOption('--name <name>', 'what the desk calls them')
      .addOption(new Option('--role <role>', 'what they may do').choices(MEMBER_ROLES).makeOptionMandatory()),
  ).action((flags: NamedFlags & { role: string }) =>
    atServer(flags, async (api) => {
      const { name, role } = flags;
      const asked = { method: 'POST', path: '/v1/members', body: { name, role } } as const;
      const { member: made, signIn } = await api.send(asked, z.object({ member: MEMBER, signIn: SIGN_IN }));
      console.error(`Added ${made.name} (${made.id}) as ${made.role}. They sign in here, once:`);
      console.log(signIn.url);
    }),
  );
  addApiOptions(member.command('list').description('Lists all members, newest first, also suspended ones.')).action(
    (flags: ApiFlags) =>
      atServer(flags, async (api) => {
        const { members } = await api.send(
          { method: 'GET', path: '/v1/members' },
          z.object({ members: z.array(MEMBER) }),
        );
        for (const row of members) console.log(memberLine(row));
      }),
  );
  addApiOptions(
    member
      .command('link')
      .description('Prints a new link to sign in with. It works once, within 24 hours.')
      .argument('<id>', 'of the member'),
  ).action((id: string, flags: ApiFlags) =>
    atServer(flags, async (api) => {
      const { signIn } = await api.send(
        { method: 'POST', path: `${pathOf(id)}/sign-in` },
        z.object({ signIn: SIGN_IN }),
      );
      console.log(signIn.url);
    }),
  );
  addApiOptions(
    member
      .command('key')
      .description('Makes a personal key and prints it. It is shown this once: only a digest of it is kept.')
      .argument('<id>', 'of the member')
      .requiredOption('--name <name>', 'what it is for')
      .addOption(new Option('--role <role>', 'what it may do; the member’s role unless a lesser one').choices(ROLES)),
  ).action((id: string, flags: NamedFlags & { role?: string }) =>
    atServer(flags, async (api) => {
      const { name, role } = flags;
      const body = { name, ...(role !== undefined && { role }) };
      const asked = { method: 'POST', path: `${pathOf(id)}/keys`, body } as const;
      console.log((await api.send(asked, z.object({ secret: z.string() }))).secret);
    }),
  );
  addApiOptions(
    member
      .command('role')
      .description('Gives a member another role. What they have open is closed, and comes back with it.')
      .argument('<id>', 'of the member')
      .argument('<role>', MEMBER_ROLES.join(', ')),
  ).action((id: string, role: string, flags: ApiFlags) => change(flags, id, { role }));
  addApiOptions(
    member
      .command('rename')
      .description('Gives a member another name. What they did keeps the one that they had.')
      .argument('<id>', 'of the member')
      .argument('<name>', 'what the desk calls them'),
  ).action((id: string, name: string, flags: ApiFlags) => change(flags, id, { name }));
  addApiOptions(
    member
      .command('suspend')
      .description('Puts a member out by every door within seconds. Their links, sessions and keys end for good.')
      .argument('<id>', 'of the member'),
  ).action((id: string, flags: ApiFlags) => change(flags, id, { status: 'suspended' }));
  addApiOptions(
    member
      .command('activate')
      .description('Takes a suspension back. They need a new link.')
      .argument('<id>', 'of the member'),
  ).action((id: string, flags: ApiFlags) => change(flags, id, { status: 'active' }));
}

const MEMBER = z.object({
  id: memberIdText,
  name: z.string(),
  role: z.enum(MEMBER_ROLES),
  status: z.enum(['active', 'suspended']),
  createdAt: z.string(),
  updatedAt: z.string(),
}) satisfies z.ZodType<Member>;
const SIGN_IN = z.object({ url: z.string(), expiresAt: z.string() });

/** What is no role is the server's to refuse, which names those that there are. */
async function change(
  flags: ApiFlags,
  id: string,
  body: Readonly<Partial<Record<keyof MemberPatch, string>>>,
): Promise<void> {
  await atServer(flags, async (api) => {
    const { member } = await api.send({ method: 'PATCH', path: pathOf(id), body }, z.object({ member: MEMBER }));
    console.log(memberLine(member));
  });
}

const pathOf = (id: string): string => `/v1/members/${encodeURIComponent(id)}`;

function memberLine({ id, name, role, status, createdAt }: Member): string {
  const state = status === 'active' ? `since ${createdAt.slice(0, 10)}` : 'suspended';
  return `${id.padEnd(14)}  ${role.padEnd(11)}  ${state.padEnd(16)}  ${name}`;
}
