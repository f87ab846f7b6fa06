-- Tries every command that the store uses, on keys of its own, and leaves nothing behind. Redis takes nothing back
-- when a script is stopped half way, by a command that this user may not use or this version does not know: so it is
-- found out before the first commit, and all at once.
--
-- KEYS  1 string  2 hash  3 sorted set  4 stream  5 another name
-- ARGV  1 PUBLISH or SPUBLISH  2 channel
-- Answers {what Redis said to each that it refused, as texts; the policy by which it throws away keys, or ''}.

local text, hash, set, stream, other = unpack(KEYS)
local refused = {}
local function try(command, ...)
  local reply = redis.pcall(command, ...)
  if type(reply) == 'table' and reply.err then refused[#refused + 1] = command .. ': ' .. reply.err end
  return reply
end

try('SET', text, 'value', 'PX', 60000)
try('GET', text)
try('PTTL', text)
try('RENAME', text, other)
try('EXISTS', other)
try('HSET', hash, 'field', 'value')
try('HGET', hash, 'field')
try('HMGET', hash, 'field')
try('HGETALL', hash)
try('HLEN', hash)
try('HDEL', hash, 'another field')
try('PEXPIRE', hash, 60000)
try('ZADD', set, 'GT', 1, 'member')
try('ZADD', set, 'NX', 1, 'member')
try('ZCOUNT', set, '-inf', '+inf')
try('ZRANGE', set, 0, -1)
try('ZRANGEBYLEX', set, '-', '+')
try('ZRANGEBYSCORE', set, '(0', '+inf', 'LIMIT', 0, 1)
try('ZREVRANGEBYLEX', set, '+', '-', 'LIMIT', 0, 1)
try('ZREVRANGEBYSCORE', set, '+inf', '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
try('ZREVRANK', set, 'member')
try('ZSCAN', set, 0, 'COUNT', 1)
try('ZSCORE', set, 'member')
try('ZREM', set, 'member')
local id = try('XADD', stream, '*', 'payload', 'value')
try('XLEN', stream)
try('XRANGE', stream, '-', '+', 'COUNT', 1)
try('XDEL', stream, type(id) == 'string' and id or '0-1')
try('SCAN', 0, 'COUNT', 1)
try('PING')
try(ARGV[1], ARGV[2], 'nobody listens')
local info = try('INFO', 'replication')
if type(info) == 'string' and not string.find(info, 'master_replid:%w') then
  refused[#refused + 1] = 'INFO: it tells no master_replid'
end
local memory = try('INFO', 'memory')
local evicting = ''
if type(memory) == 'string' and not string.find(memory, 'maxmemory:0\r') then
  evicting = string.match(memory, 'maxmemory_policy:([%w-]+)') or ''
end
try('UNLINK', text, hash, set, stream, other)
return { refused, evicting == 'noeviction' and '' or evicting }
