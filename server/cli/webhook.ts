import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { changeKinds, DELIVERY_FAULTS, type Delivery, type Webhook } from '../webhooks/webhook-forms.js';
import type { ApiClient } from './api-client.js';
import { type ApiFlags, addApiOptions } from './api-options.js';
import { atServer } from './at-server.js';
import { UsageError } from './failure-line.js';

interface AddFlags extends ApiFlags {
  readonly to: string;
  readonly name?: string;
  readonly story?: readonly string[];
  readonly kind?: readonly string[];
}

interface DeliveriesFlags extends ApiFlags {
  readonly state: Delivery['state'];
}

interface ReplayFlags extends ApiFlags {
  readonly all?: true;
}

interface RotateFlags extends ApiFlags {
  readonly overlap: number;
}

export function addWebhookCommand(program: Command): void {
  const webhook = program
    .command('webhook')
    .summary('tell other systems what changes')
    .description(
      'A webhook is told of what changes in public stories, by signed requests (Standard Webhooks).\n' +
        'It needs an admin key.',
    )
    .addHelpText(
      'after',
      `
Kinds of changes:
  ${changeKinds.options.join('\n  ')}
Whoever is told of texts is told of their withdrawal, whatever kinds were chosen.

Examples:
  $ export SLUGLINE_KEY=sl_…                                  an admin key
  $ slugline webhook add --to https://cms.example.org/hooks/slugline --kind entry.published
  $ slugline webhook list
  $ slugline webhook deliveries wh_q7Tz2mB8wR4kX1cN           what was given up; --state waiting: what is tried again
  $ slugline webhook replay wh_q7Tz2mB8wR4kX1cN --all
  $ slugline webhook rotate wh_q7Tz2mB8wR4kX1cN --overlap 3600`,
    );

  addApiOptions(
    webhook
      .command('add')
      .description('Makes a webhook and prints its secret, which is shown this once.')
      .requiredOption('--to <url>', 'where messages are sent: https, a public host')
      .option('--name <name>', 'whose it is, for people')
      .option('--story <slug>', 'tell of this story only; may be given several times', gather)
      .addOption(
        new Option('--kind <kind>', 'tell of changes of this kind only; may be given several times').argParser(gather),
      ),
  ).action((flags: AddFlags) =>
    atServer(flags, async (api) => {
      const { to: url, name, story: stories, kind: kinds } = flags;
      const body = { url, ...(name && { name }), ...(stories && { stories }), ...(kinds && { kinds }) };
      const { webhook: made, secret } = await api.send({ method: 'POST', path: '/v1/webhooks', body }, SIGNED);
      console.error(`Made the webhook ${made.id}. Keep the secret that its messages are signed with now:`);
      console.log(secret);
    }),
  );

  addApiOptions(webhook.command('list').description('Lists all webhooks, newest first.')).action((flags: ApiFlags) =>
    atServer(flags, async (api) => {
      const { webhooks } = await api.send({ method: 'GET', path: '/v1/webhooks' }, LIST);
      for (const one of webhooks) console.log(webhookLine(one));
    }),
  );

  addApiOptions(
    webhook
      .command('rotate')
      .description('Puts a new secret in force and prints it. Messages are signed with the last one too for a while.')
      .argument('<id>')
      .option('--overlap <seconds>', 'how long, at most 604800; 0: the last one is void at once', readSeconds, 86_400),
  ).action((id: string, { overlap: overlapSeconds, ...flags }: RotateFlags) =>
    atServer(flags, async (api) => {
      const body = { overlapSeconds };
      const { secret } = await api.send({ method: 'POST', path: `${pathOf(id)}/secret`, body }, SIGNED);
      console.log(secret);
    }),
  );

  addApiOptions(
    webhook
      .command('deliveries')
      .description(
        'Lists what the endpoint did not take, as: id, state, tries, what came of the last one, and of what.',
      )
      .argument('<id>')
      .addOption(
        new Option('--state <state>', 'given up, or to be tried again').choices(['dead', 'waiting']).default('dead'),
      ),
  ).action((id: string, flags: DeliveriesFlags) =>
    atServer(flags, async (api) => {
      for await (const delivery of deliveriesOf(api, id, flags.state)) console.log(deliveryLine(delivery));
    }),
  );

  addApiOptions(
    webhook
      .command('replay')
      .description('Sends what was given up again: what it is about as it is now.')
      .argument('<id>')
      .argument('[deliveries...]', 'their ids, as `deliveries` lists them')
      .option('--all', 'all that were given up'),
  ).action((id: string, deliveries: readonly string[], flags: ReplayFlags) => {
    if ((flags.all === true) === deliveries.length > 0) throw new UsageError('Name deliveries, or give --all.');
    return atServer(flags, async (api) => {
      const wanted = flags.all === true ? await allDead(api, id) : deliveries;
      for (const delivery of wanted) {
        const path = `${pathOf(id)}/deliveries/${encodeURIComponent(delivery)}/replay`;
        await api.send({ method: 'POST', path }, z.undefined());
        console.log(`sent again ${delivery}`);
      }
    });
  });

  addSwitch('enable', true, 'Tells the webhook of what changes from now on.');
  addSwitch('disable', false, 'Sends nothing until it is enabled again. What changes meanwhile is not told.');

  addApiOptions(
    webhook.command('remove').description('Removes a webhook and its dead letters.').argument('<id>'),
  ).action((id: string, flags: ApiFlags) =>
    atServer(flags, async (api) => {
      await api.send({ method: 'DELETE', path: pathOf(id) }, z.undefined());
      console.log(`removed ${id}`);
    }),
  );

  function addSwitch(name: string, enabled: boolean, description: string): void {
    addApiOptions(webhook.command(name).description(description).argument('<id>')).action(
      (id: string, flags: ApiFlags) =>
        atServer(flags, async (api) => {
          const request = { method: 'PATCH', path: pathOf(id), body: { enabled } } as const;
          console.log(webhookLine((await api.send(request, ONE)).webhook));
        }),
    );
  }
}

function gather(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function readSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It is a number of seconds.');
  return Number(text);
}

const pathOf = (id: string): string => `/v1/webhooks/${encodeURIComponent(id)}`;

const WEBHOOK: z.ZodType<Webhook> = z.object({
  id: z.string(),
  url: z.string(),
  name: z.string().exactOptional(),
  stories: z.array(z.string()).exactOptional(),
  kinds: z.array(changeKinds).exactOptional(),
  createdAt: z.string(),
  enabled: z.boolean(),
  disabledBecause: z.enum(['admin', 'gone']).exactOptional(),
});
const ONE = z.object({ webhook: WEBHOOK });
const SIGNED = z.object({ webhook: WEBHOOK, secret: z.string() });
const LIST = z.object({ webhooks: z.array(WEBHOOK) });
const DELIVERY: z.ZodType<Delivery> = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'dead']),
  slug: z.string(),
  entryId: z.string().exactOptional(),
  type: z.enum([...changeKinds.options, 'story.hidden']),
  changedAt: z.string(),
  tries: z.number(),
  nextTryAt: z.string().exactOptional(),
  diedAt: z.string().exactOptional(),
  status: z.number().exactOptional(),
  fault: z.enum(DELIVERY_FAULTS).exactOptional(),
});
const DELIVERIES = z.object({ deliveries: z.array(DELIVERY), older: z.string().exactOptional() });

async function* deliveriesOf(api: ApiClient, id: string, state: Delivery['state']): AsyncGenerator<Delivery> {
  let before: string | undefined;
  do {
    const query = new URLSearchParams({ state, limit: '200', ...(before !== undefined && { before }) });
    const page = await api.send({ method: 'GET', path: `${pathOf(id)}/deliveries?${query}` }, DELIVERIES);
    yield* page.deliveries;
    before = page.older;
  } while (before !== undefined);
}

/** Before any of them is sent again: one that fails at once would be listed anew. */
async function allDead(api: ApiClient, id: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const delivery of deliveriesOf(api, id, 'dead')) ids.push(delivery.id);
  return ids;
}

function webhookLine({ id, url, name, stories, kinds, enabled, disabledBecause }: Webhook): string {
  const state = enabled ? 'enabled' : disabledBecause === 'gone' ? 'gone (410)' : 'disabled';
  const what = `${stories?.join(' ') ?? 'all stories'}; ${kinds?.join(' ') ?? 'all kinds'}`;
  return [id, state.padEnd(10), url, `(${what})`, ...(name === undefined ? [] : [name])].join('  ');
}

function deliveryLine({ id, state, tries, status, fault, type, slug, entryId, nextTryAt, diedAt }: Delivery): string {
  const when = state === 'dead' ? `since ${diedAt}` : `again at ${nextTryAt}`;
  const came = status ?? fault ?? '-';
  return [
    id,
    state,
    when,
    `${tries} tries`,
    String(came),
    type,
    entryId === undefined ? slug : `${slug}/${entryId}`,
  ].join('  ');
}
