/** What the fields of webhooks, and of what they are sent, mean; a part of `FIELD_TEXTS`. */

const webhook = {
  id: 'Names the webhook.',
  url: 'Where messages are sent: an `https:` URL of a public host.',
  name: 'Whose it is, for people.',
  stories: 'Slugs of the stories that it is told of. Absent: all public ones.',
  kinds: 'Kinds of changes that it is told of. Absent: all. Who is told of texts is told of their withdrawal, too.',
  createdAt: 'When it was made.',
  enabled: 'Whether anything is sent.',
  disabledBecause: '`admin`: by a command. `gone`: its endpoint answered 410.',
};
const signed = { webhook: 'The webhook.', secret: 'What messages are signed with, `whsec_…`. It is shown this once.' };

export const WEBHOOK_TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Webhook: webhook,
  WebhookList: { webhooks: 'All of them, newest first.' },
  OneWebhook: { webhook: 'The webhook.' },
  SignedWebhook: signed,
  Delivery: {
    id: 'The `webhook-id` of the message, the same at each try.',
    state: '`waiting` for another try, or given up.',
    slug: 'The story.',
    entryId: 'The entry. Absent: it tells of the story’s header.',
    type: 'Of the message.',
    changedAt: 'When the change was made.',
    tries: 'How many times it was tried. One that waits counts those of earlier messages of the story, too.',
    nextTryAt: 'When it is tried again.',
    diedAt: 'When it was given up.',
    status: 'What the endpoint answered to the last try.',
    fault: 'What went wrong at the last try before there was an answer.',
  },
  DeliveryList: { deliveries: 'In the order that was asked for.', older: 'Pass it back as `before`.' },
  WebhookMessage: {
    type: 'The kind of the change; `story.hidden`: the story is no longer public, and what is held of it is to go.',
    timestamp: 'When the change was made.',
    data: '`slug`, and the `change` in its public form; none with `story.hidden`.',
  },
  CreateWebhook: webhook,
  PatchWebhook: {
    ...webhook,
    name: `${webhook.name} \`null\`: none.`,
    stories: `${webhook.stories} \`null\`: all.`,
    kinds: `${webhook.kinds} \`null\`: all.`,
  },
  RotateSecret: { overlapSeconds: 'How long messages are signed with the last secret, too; at most seven days.' },
};
