-- Replaces a stream's epoch if it is still the stale one. Where it was found to have gone back in time and Redis is in
-- another life than the epoch, nothing was written since: the new one continues it. Else nobody knows what is what.
--
-- KEYS  1 head
-- ARGV  1 stale  2 new
-- Answers the epoch in force.

local epoch, known_life, continued, public_seq, desk_seq =
  unpack(redis.call('HMGET', KEYS[1], 'epoch', 'life', 'continued', 'public', 'desk'))
if epoch ~= ARGV[1] then return epoch end
local life = life_now()
if known_life == life then
  continued = ''
else
  continued = continued_from(epoch, tonumber(public_seq or 0), tonumber(desk_seq or 0), continued)
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'life', life, 'continued', continued)
return ARGV[2]
