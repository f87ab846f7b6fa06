-- Replaces a stream's epoch if it is still the stale one. KEYS 1 head; ARGV 1 stale, 2 new. Answers the one in force.

local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch == ARGV[1] then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[2])
  return ARGV[2]
end
return epoch
