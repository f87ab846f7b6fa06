-- Takes a stream off the list of those with outbox items, unless it was marked again since its mark was read.
-- KEYS 1 list; ARGV 1 stream, 2 the mark that was read.

if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
