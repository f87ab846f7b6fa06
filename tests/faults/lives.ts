import type { RedisServer } from '../helpers/redis-server.js';
import type { History } from './checker/history.js';

/** Reads from Redis which epochs of a story continue which, as far as it remembers, and tells the history. */
export async function readLives(history: History, redis: RedisServer, slug: string): Promise<void> {
  const reply = await redis.command('HMGET', `sl:{${slug}}:head`, 'epoch', 'continued');
  const [epoch, continued] = Array.isArray(reply) ? reply : [];
  if (typeof epoch !== 'string' || typeof continued !== 'string') return;
  const ended = continued.split(' ').filter((text) => text !== '');
  const ends = ended.reverse().map((text) => text.split(':'));
  for (const [index, [name = '', seq]] of ends.entries()) {
    history.continued.set(name, { seq: Number(seq), by: ends[index + 1]?.[0] ?? epoch });
  }
}
