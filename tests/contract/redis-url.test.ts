import { describe, expect, test } from 'vitest';
import { isFailure } from '../../server/errors.js';
import { parseRedisUrl } from '../../server/store/redis/redis-url.js';

describe('a Redis URL', () => {
  test.each([
    ['redis://cache', { kind: 'single', tls: false, address: { host: 'cache', port: 6379 }, db: 0 }],
    ['redis://127.0.0.1:7000/', { kind: 'single', tls: false, address: { host: '127.0.0.1', port: 7000 }, db: 0 }],
    ['redis://[::1]:7000/3', { kind: 'single', tls: false, address: { host: '::1', port: 7000 }, db: 3 }],
    [
      'rediss://desk:p%40ss%3A%2F@redis.example.org:6380/1',
      {
        kind: 'single',
        tls: true,
        username: 'desk',
        password: 'p@ss:/',
        address: { host: 'redis.example.org', port: 6380 },
        db: 1,
      },
    ],
    [
      'redis+cluster://:secret@a:7001,b,[fe80::1]:7003',
      {
        kind: 'cluster',
        tls: false,
        password: 'secret',
        nodes: [
          { host: 'a', port: 7001 },
          { host: 'b', port: 6379 },
          { host: 'fe80::1', port: 7003 },
        ],
      },
    ],
    ['rediss+cluster://a', { kind: 'cluster', tls: true, nodes: [{ host: 'a', port: 6379 }] }],
    [
      'redis+sentinel://s1,s2:26380/news%20desk?db=2&sentinelPassword=x%26y',
      {
        kind: 'sentinel',
        tls: false,
        sentinels: [
          { host: 's1', port: 26379 },
          { host: 's2', port: 26380 },
        ],
        master: 'news desk',
        db: 2,
        sentinelPassword: 'x&y',
      },
    ],
  ])('%s is understood', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target);
  });

  test.each([
    '',
    'cache:6379',
    'http://cache',
    'redis://',
    'redis://a,b',
    'redis://a:0',
    'redis://a:65536',
    'redis://a:port',
    'redis://a b',
    'redis://a/one',
    'redis://a/0?tls=true',
    'redis://user@a',
    'redis://user:@a',
    'redis://:%zz@a',
    'redis://a#x',
    'redis+cluster://a/1',
    'redis+cluster://a,,b',
    'redis+sentinel://a',
    'redis+sentinel://a/',
    'redis+sentinel://a/b/c',
    'redis+sentinel://a/b?db=x',
    'redis+unix:///run/redis.sock',
  ])('%j is refused', (url) => {
    expect(() => parseRedisUrl(url)).toThrowError(
      expect.toSatisfy((error: unknown) => isFailure(error, 'invalid_input')),
    );
  });

  test('is never repeated in what a refusal says: it may hold a password', () => {
    expect(() => parseRedisUrl('redis://:hunter2@a:port')).toThrowError(/^((?!hunter2).)*$/);
    expect(() => parseRedisUrl('redis:/:hunter2@a')).toThrowError(/^((?!hunter2).)*$/);
    expect(() => parseRedisUrl('redis://:hunter2/more@a')).toThrowError(/^((?!hunter2).)*$/);
  });
});
