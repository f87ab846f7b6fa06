import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What an operator can see of one instance at `/metrics`. Names follow Prometheus habits: base units, `_total`. */
export interface Metrics {
  readonly registry: Registry;
  readonly connections: Gauge<'transport'>;
  readonly joins: Counter<'result'>;
  readonly deliveries: Counter<'transport'>;
  readonly commitSeconds: Histogram<'result'>;
  readonly fanOutSeconds: Histogram<'door'>;
  readonly feedRepairs: Counter;
  readonly resets: Counter<'door'>;
  readonly slowReaders: Counter<'door' | 'outcome'>;
  readonly goaways: Counter<'reason'>;
  readonly rejections: Counter<'code'>;
  readonly alerts: Counter<'outcome'>;
  readonly alertsPending: Gauge;
  readonly webhookMessages: Counter<'outcome'>;
  readonly webhookSeconds: Histogram<'outcome'>;
  readonly webhookTrails: Gauge;
}

/** A registry of its own per server, so that several in one process do not share figures. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    connections: new Gauge({
      name: 'slugline_connections',
      help: 'Readers connected now, by transport.',
      labelNames: ['transport'],
      registers,
    }),
    joins: new Counter({
      name: 'slugline_joins_total',
      help: 'Joins answered, by result: resumed, reset or refused.',
      labelNames: ['result'],
      registers,
    }),
    deliveries: new Counter({
      name: 'slugline_deliveries_total',
      help: 'Changes written to readers, by transport.',
      labelNames: ['transport'],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'slugline_commit_seconds',
      help: 'Time of a durable commit as its caller saw it.',
      labelNames: ['result'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    fanOutSeconds: new Histogram({
      name: 'slugline_fan_out_seconds',
      help: 'Time to hand one change to all readers of a story at one door.',
      labelNames: ['door'],
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
      registers,
    }),
    feedRepairs: new Counter({
      name: 'slugline_feed_repairs_total',
      help: 'Gaps in announcements that were filled from the store.',
      registers,
    }),
    resets: new Counter({
      name: 'slugline_resets_total',
      help: 'Readers told to start afresh, by door.',
      labelNames: ['door'],
      registers,
    }),
    slowReaders: new Counter({
      name: 'slugline_slow_readers_total',
      help: 'Readers for whom too much waited, by door and what came of it: behind, caught_up or closed.',
      labelNames: ['door', 'outcome'],
      registers,
    }),
    goaways: new Counter({
      name: 'slugline_goaways_total',
      help: 'Readers asked to go on elsewhere, by reason: drain (this instance stops) or crowd (they are to poll).',
      labelNames: ['reason'],
      registers,
    }),
    rejections: new Counter({
      name: 'slugline_rejections_total',
      help: 'Requests and joins refused, by error code.',
      labelNames: ['code'],
      registers,
    }),
    alerts: new Counter({
      name: 'slugline_alerts_total',
      help: 'Alerts to followers, by outcome: sent, put_off, refused, gone (the follower is no more) or given_up.',
      labelNames: ['outcome'],
      registers,
    }),
    alertsPending: new Gauge({
      name: 'slugline_alerts_pending',
      help: 'Alerts on their way through their followers, and groups of followers to be asked again; counted up to 100.',
      registers,
    }),
    webhookMessages: new Counter({
      name: 'slugline_webhook_messages_total',
      help: 'Messages to webhooks, by outcome of each try: taken, failed, gone (the webhook is disabled); and dead (given up).',
      labelNames: ['outcome'],
      registers,
    }),
    webhookSeconds: new Histogram({
      name: 'slugline_webhook_seconds',
      help: 'Time that endpoints of webhooks took to answer, by outcome.',
      labelNames: ['outcome'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
      registers,
    }),
    webhookTrails: new Gauge({
      name: 'slugline_webhook_stories_pending',
      help: 'Stories of which a webhook is yet to be told something, each counted for each webhook, up to 1,000.',
      registers,
    }),
  };
}
