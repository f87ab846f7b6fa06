import { customAlphabet } from 'nanoid';
import { type Audited, type AuditedBy, audited, BY_SERVER } from '../audit/audited.js';
import { Failure } from '../errors.js';
import { decideAgain } from '../store/decide-again.js';
import type { StoredObject, StoryStore, Write } from '../store/story-store.js';
import { newSecret } from './signature.js';
import type { Webhook, WebhookInput, WebhookPatch } from './webhook-forms.js';

/**
 * The server's own stream that holds the webhooks. What a webhook is stands in the desk edition. Its secrets are an object
 * of the public edition, though no door shows it: that one keeps no revisions, so a secret that was put out of force is
 * nowhere any more.
 */
export const WEBHOOKS_STREAM = '@webhooks';

/** All of them are looked at for each change. */
const WEBHOOKS_MOST = 50;
/** More is never read: removed ones are in no page. */
const PAGE = 100;

const newId = customAlphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 16);

/** As it is stored. */
export interface WebhookRecord extends Omit<Webhook, 'enabled'> {
  /** Changes made before it are not told: when it was made, or enabled again. */
  readonly since: string;
  readonly removedAt?: string;
}

export interface SecretsForm {
  readonly secret: string;
  /** Those that were in force before, each until a moment. */
  readonly earlier: readonly { readonly secret: string; readonly until: string }[];
}

interface Held<Form> {
  readonly version: number;
  readonly form: Form;
}

/** Secrets before the newest that may be in force at a time. */
const EARLIER_MOST = 3;

export function asSeen({ since: _since, removedAt: _removedAt, ...webhook }: WebhookRecord): Webhook {
  return { ...webhook, enabled: webhook.disabledBecause === undefined };
}

/** All webhooks, newest first. */
export async function listWebhooks(store: StoryStore): Promise<readonly WebhookRecord[]> {
  const page = await store.page(WEBHOOKS_STREAM, 'desk', { limit: PAGE });
  return (page?.objects ?? []).map(webhookOf);
}

export async function findWebhook(store: StoryStore, id: string): Promise<WebhookRecord | undefined> {
  return (await heldWebhook(store, id))?.form;
}

/** The secrets with which a message is signed now, newest first. */
export async function secretsOf(store: StoryStore, id: string): Promise<readonly string[]> {
  const secrets = (await heldSecrets(store, id))?.form;
  if (secrets === undefined) return [];
  const now = store.now();
  const inForce = secrets.earlier.filter(({ until }) => Date.parse(until) > now);
  return [secrets.secret, ...inForce.map(({ secret }) => secret)];
}

/** Rejects with `too_many_webhooks`. The secret is not shown again. */
export async function createWebhook(
  store: StoryStore,
  input: WebhookInput,
  by: AuditedBy,
): Promise<{ readonly webhook: WebhookRecord; readonly secret: string }> {
  const id = `wh_${newId()}`;
  const secret = newSecret();
  const at = new Date(store.now()).toISOString();
  const webhook: WebhookRecord = { id, ...input, createdAt: at, since: at };
  await addWebhook(store, webhook, { secret, earlier: [] }, by);
  return { webhook, secret };
}

/** Adds one with everything that belongs to it. Rejects with `too_many_webhooks`, and `version_conflict` where it is there. */
export async function addWebhook(
  store: StoryStore,
  webhook: WebhookRecord,
  secrets: SecretsForm,
  by: AuditedBy,
): Promise<void> {
  if ((await listWebhooks(store)).length >= WEBHOOKS_MOST) throw new Failure('too_many_webhooks');
  const writes = [webhookWrite(webhook, 1), secretsWrite(webhook.id, 1, secrets)];
  await commit(store, writes, { by, action: 'webhook.created' });
}

/** Rejects with `webhook_not_found`. */
export async function changeWebhook(
  store: StoryStore,
  id: string,
  patch: WebhookPatch,
  by: AuditedBy,
): Promise<WebhookRecord> {
  const told = { by, action: 'webhook.updated' };
  return change(store, id, told, (webhook) => patched(webhook, patch, new Date(store.now()).toISOString()));
}

/** Its endpoint said that it is gone. Answers whether it is disabled: one that was led elsewhere meanwhile is not. */
export async function disableGone(store: StoryStore, { id, url }: WebhookRecord): Promise<boolean> {
  const told = { by: BY_SERVER, action: 'webhook.disabled' };
  return decideAgain(async () => {
    const held = await heldWebhook(store, id);
    if (held === undefined || held.form.url !== url) return false;
    const webhook: WebhookRecord = { ...held.form, disabledBecause: held.form.disabledBecause ?? 'gone' };
    await commit(store, [webhookWrite(webhook, held.version + 1)], told);
    return true;
  });
}

/** Puts a new secret in force, and leaves the last ones so beside it for at most so long. Rejects with `webhook_not_found`. */
export async function rotateSecret(store: StoryStore, id: string, overlapMs: number, by: AuditedBy): Promise<string> {
  const secret = newSecret();
  await decideAgain(async () => {
    const [webhook, secrets] = await Promise.all([heldWebhook(store, id), heldSecrets(store, id)]);
    if (webhook === undefined || secrets === undefined) throw new Failure('webhook_not_found');
    const now = store.now();
    const until = new Date(now + overlapMs).toISOString();
    // None is in force for longer than is asked for now: whoever gives up a secret at once means all that were.
    const earlier = [{ secret: secrets.form.secret, until }, ...secrets.form.earlier]
      .map((one) => (one.until < until ? one : { ...one, until }))
      .filter((one) => Date.parse(one.until) > now)
      .slice(0, EARLIER_MOST);
    const told = { by, action: 'webhook.rotated', about: { webhook: id } };
    await commit(store, [secretsWrite(id, secrets.version + 1, { secret, earlier })], told);
  });
  return secret;
}

/** Rejects with `webhook_not_found`. */
export async function removeWebhook(store: StoryStore, id: string, by: AuditedBy): Promise<void> {
  await decideAgain(async () => {
    const [webhook, secrets] = await Promise.all([heldWebhook(store, id), heldSecrets(store, id)]);
    if (webhook === undefined) throw new Failure('webhook_not_found');
    const removed = { ...webhook.form, removedAt: new Date(store.now()).toISOString() };
    const writes = [
      webhookWrite(removed, webhook.version + 1),
      secretsWrite(id, (secrets?.version ?? 0) + 1, undefined),
    ];
    await commit(store, writes, { by, action: 'webhook.removed' });
  });
}

function patched(webhook: WebhookRecord, patch: WebhookPatch, now: string): WebhookRecord {
  const { url = webhook.url, name = webhook.name, stories = webhook.stories, kinds = webhook.kinds, enabled } = patch;
  const { name: _n, stories: _s, kinds: _k, disabledBecause, ...kept } = webhook;
  const isEnabled = enabled ?? disabledBecause === undefined;
  return {
    ...kept,
    url,
    ...(name != null && { name }),
    ...(stories != null && { stories }),
    ...(kinds != null && { kinds }),
    ...(isEnabled && disabledBecause !== undefined && { since: now }),
    ...(!isEnabled && { disabledBecause: disabledBecause ?? 'admin' }),
  };
}

async function change(
  store: StoryStore,
  id: string,
  told: Audited,
  decide: (webhook: WebhookRecord) => WebhookRecord,
): Promise<WebhookRecord> {
  return decideAgain(async () => {
    const held = await heldWebhook(store, id);
    if (held === undefined) throw new Failure('webhook_not_found');
    const webhook = decide(held.form);
    await commit(store, [webhookWrite(webhook, held.version + 1)], told);
    return webhook;
  });
}

async function commit(store: StoryStore, writes: readonly Write[], told: Audited): Promise<void> {
  const expected = writes.map(({ objectId, version }) => ({ objectId, version: version - 1 }));
  const at = new Date(store.now()).toISOString();
  await store.commit(audited({ stream: WEBHOOKS_STREAM, at, expected, writes }, told));
}

function webhookWrite(webhook: WebhookRecord, version: number): Write {
  const { id, createdAt, removedAt } = webhook;
  return {
    edition: 'desk',
    objectId: id,
    version,
    kind: removedAt !== undefined ? 'entry.canceled' : version === 1 ? 'entry.published' : 'entry.updated',
    ...(removedAt === undefined && { orderKey: `${createdAt}-${id}` }),
    form: JSON.stringify(webhook),
  };
}

const SECRETS = '.secrets';

function secretsWrite(id: string, version: number, secrets: SecretsForm | undefined): Write {
  const kind = secrets === undefined ? 'entry.canceled' : 'entry.updated';
  return { edition: 'public', objectId: `${id}${SECRETS}`, version, kind, form: JSON.stringify(secrets ?? {}) };
}

/** Whose secrets an object of the stream holds; `undefined` for another object. */
export function ownerOfSecrets(objectId: string): string | undefined {
  return objectId.endsWith(SECRETS) ? objectId.slice(0, -SECRETS.length) : undefined;
}

async function heldWebhook(store: StoryStore, id: string): Promise<Held<WebhookRecord> | undefined> {
  const object = (await store.object(WEBHOOKS_STREAM, 'desk', id))?.object;
  return object?.orderKey === undefined ? undefined : { version: object.version, form: webhookOf(object) };
}

async function heldSecrets(store: StoryStore, id: string): Promise<Held<SecretsForm> | undefined> {
  const object = (await store.object(WEBHOOKS_STREAM, 'public', `${id}${SECRETS}`))?.object;
  if (object === undefined) return undefined;
  // Nothing is left of those of a webhook that was removed.
  return object.form === '{}' ? undefined : { version: object.version, form: JSON.parse(object.form) };
}

function webhookOf({ form }: StoredObject): WebhookRecord {
  return JSON.parse(form);
}
