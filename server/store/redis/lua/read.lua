-- One edition at one moment: where it stands, its header, and the objects asked for.
--
-- KEYS  1 head  2 metas  3 forms  4 changes  5 order
-- ARGV  1 edition, then one of
--       'ids'    object id...
--       'page'   upper bound of the order (`+` or `(order key`), limit
--       'since'  epoch, seq, most
-- Answers nothing where there is no stream, else {epoch, seq, at, flag, {id, meta, form, id, meta, form ...}, {epoch,
-- its last seq, epoch, its last seq ...}}: the header first, a missing object with neither meta nor form; last the
-- earlier epochs that this one continues, newest first. Flag 1: more objects follow (page), reset (since).

local epoch, seq, at, continued = unpack(redis.call('HMGET', KEYS[1], 'epoch', ARGV[1], 'at', 'continued'))
if not epoch then return false end
seq = tonumber(seq or 0)
local earlier = {}
for name, public, desk in string.gmatch(continued or '', '([^%s:]+):(%d+):(%d+)') do
  earlier[#earlier + 1] = name
  earlier[#earlier + 1] = tonumber(ARGV[1] == 'public' and public or desk)
end

-- 1. Which objects.
local ids, flag = {}, 0
if ARGV[2] == 'ids' then
  for index = 3, #ARGV do ids[#ids + 1] = ARGV[index] end
elseif ARGV[2] == 'page' then
  local limit = tonumber(ARGV[4])
  local members = redis.call('ZREVRANGEBYLEX', KEYS[5], ARGV[3], '-', 'LIMIT', 0, limit + 1)
  if #members > limit then flag = 1 end
  for index = 1, math.min(#members, limit) do
    ids[index] = string.sub(members[index], string.find(members[index], '\0', 1, true) + 1)
  end
else
  local since, most = tonumber(ARGV[4]), tonumber(ARGV[5])
  local last = ARGV[3] == epoch and seq or -1
  for index = 1, #earlier, 2 do
    if earlier[index] == ARGV[3] then last = earlier[index + 1] end
  end
  if since > last then
    flag = 1
  else
    ids = redis.call('ZRANGEBYSCORE', KEYS[4], '(' .. ARGV[4], '+inf', 'LIMIT', 0, most + 1)
    if #ids > most then ids, flag = {}, 1 end
  end
end

-- 2. The objects themselves.
table.insert(ids, 1, '@header')
local metas = redis.call('HMGET', KEYS[2], unpack(ids))
local forms = redis.call('HMGET', KEYS[3], unpack(ids))
local objects = {}
for index, id in ipairs(ids) do
  objects[#objects + 1] = id
  objects[#objects + 1] = metas[index]
  objects[#objects + 1] = forms[index]
end
return { epoch, seq, at, flag, objects, earlier }
