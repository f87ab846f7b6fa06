-- Makes a restored stream visible: its parts were written under keys of their own, which take the real names here.
--
-- KEYS  1 head  2 outbox, then (prepared key, real key) each
-- ARGV  1 epoch  2 at  3 public seq  4 desk seq, then (outbox payload) each
-- Answers 1; 0 where the stream is already there (unless by this very restore, asked again after a lost answer).

local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch then return epoch == ARGV[1] and 1 or 0 end
local life = life_now()
for index = 3, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[index]) == 1 then redis.call('RENAME', KEYS[index], KEYS[index + 1]) end
end
for index = 5, #ARGV do
  redis.call('XADD', KEYS[2], '*', 'payload', ARGV[index])
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'at', ARGV[2], 'public', ARGV[3], 'desk', ARGV[4], 'life', life)
return 1
