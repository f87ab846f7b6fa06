import { z } from 'zod';
import { BY_COMMAND_LINE } from '../audit/audited.js';
import { isFailure } from '../errors.js';
import type { StoredObject, StoryStore } from '../store/story-store.js';
import { changeKinds, webhookIdText } from '../webhooks/webhook-forms.js';
import { addWebhook, ownerOfSecrets, type SecretsForm, type WebhookRecord } from '../webhooks/webhook-records.js';
import { CommandError } from './failure-line.js';

/** Webhooks of an export that is taken in where there are some already, which stay as they are. */
export class ImportedWebhooks {
  readonly #webhooks: WebhookRecord[] = [];
  readonly #secrets = new Map<string, SecretsForm>();

  /** @param object of the stream of webhooks. */
  take(object: StoredObject): void {
    const owner = ownerOfSecrets(object.objectId);
    if (owner === undefined) {
      if (object.orderKey !== undefined) this.#webhooks.push(read(WEBHOOK, object));
    } else if (object.form !== '{}') this.#secrets.set(owner, read(SECRETS, object));
  }

  /** Adds those that are not here. They are told of what changes from now on. */
  async addTo(store: StoryStore): Promise<void> {
    const since = new Date(store.now()).toISOString();
    for (const webhook of this.#webhooks) {
      const secrets = this.#secrets.get(webhook.id);
      if (secrets === undefined) continue;
      await addWebhook(store, { ...webhook, since }, secrets, BY_COMMAND_LINE).catch((error: unknown) => {
        if (!isFailure(error, 'version_conflict')) throw error;
      });
    }
  }
}

function read<Form>(schema: z.ZodType<Form>, { objectId, form }: StoredObject): Form {
  const result = schema.safeParse(JSON.parse(form));
  if (!result.success) throw new CommandError(`The export holds a webhook that cannot be read: ${objectId}.`);
  return result.data;
}

const time = z.iso.datetime();

const WEBHOOK = z.strictObject({
  id: webhookIdText,
  url: z.string(),
  name: z.string().exactOptional(),
  stories: z.array(z.string()).exactOptional(),
  kinds: z.array(changeKinds).exactOptional(),
  createdAt: time,
  since: time,
  disabledBecause: z.enum(['admin', 'gone']).exactOptional(),
  removedAt: time.exactOptional(),
}) satisfies z.ZodType<WebhookRecord>;

const SECRETS = z.strictObject({
  secret: z.string(),
  earlier: z.array(z.strictObject({ secret: z.string(), until: time })),
}) satisfies z.ZodType<SecretsForm>;
