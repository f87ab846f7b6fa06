-- Puts a note of one instance up under a topic. Each note begins with the moment at which it runs out: Redis lets only
-- whole keys run out, and an instance that is gone writes no more while the others go on.
--
-- KEYS  1 the topic's notes
-- ARGV  1 instance  2 text  3 milliseconds for which it is kept  4 now  5 notes above which those that ran out go

local notes = KEYS[1]
local instance, text = ARGV[1], ARGV[2]
local kept, now, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

redis.call('HSET', notes, instance, string.format('%.0f ', now + kept) .. text)
if redis.call('PTTL', notes) < kept then redis.call('PEXPIRE', notes, kept) end
if redis.call('HLEN', notes) > most then
  local all = redis.call('HGETALL', notes)
  for at = 1, #all, 2 do
    if tonumber(string.match(all[at + 1], '^%d+')) <= now then redis.call('HDEL', notes, all[at]) end
  end
end
