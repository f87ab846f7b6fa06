/**
 * Where an instance stands on its way to the end. While it drains it is not ready and lets no readers in, but answers
 * requests: load balancers need seconds to notice. When it ends, it answers what is under way and nothing more.
 */
export type Phase = 'serving' | 'draining' | 'ending';
