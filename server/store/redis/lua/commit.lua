-- One commit: all of it or nothing. Redis runs a script alone, but takes nothing back when one fails half way, so
-- whatever may refuse the commit stands before the first write. Forms and answers are spliced, never decoded: a
-- round through cjson would change numbers, empty lists and escapes.
--
-- KEYS  1 head  2 versions  3 outbox  4 revision order  5 revisions  6 receipt
--       7-10 public: metas, forms, changes, order      11-14 desk: the same
-- ARGV  1 attempt  2 epoch to use if the stream is new  3 at  4 receipt's life in ms  5 fingerprint  6 answer part
--       7 PUBLISH or SPUBLISH  8 public channel  9 desk channel
--       10 number of expected versions, then (object id, version) each
--       then number of writes, then (edition, object id, version, kind, order key or '', form) each
--       then number of outbox items, then (payload) each
-- Answers {'receipt', text} (this commit's own or the one found) or {'conflict', current version}.

local head, versions, outbox, revision_order, revisions, receipt_key = unpack(KEYS, 1, 6)
local attempt, fresh_epoch, at, receipt_ms, fingerprint, answer = unpack(ARGV, 1, 6)
local editions = {
  public = { metas = KEYS[7], forms = KEYS[8], changes = KEYS[9], order = KEYS[10], channel = ARGV[8] },
  desk = { metas = KEYS[11], forms = KEYS[12], changes = KEYS[13], order = KEYS[14], channel = ARGV[9] },
}
local next_arg = 9
local function take()
  next_arg = next_arg + 1
  return ARGV[next_arg]
end
-- tostring would turn a large number into 1e+15.
local function whole(number)
  return string.format('%d', number)
end

-- 1. The idempotency key.
local kept = redis.call('GET', receipt_key)
if kept then return { 'receipt', kept } end

-- 2. The expected versions.
for _ = 1, tonumber(take()) do
  local current = tonumber(redis.call('HGET', versions, take()) or 0)
  if current ~= tonumber(take()) then return { 'conflict', current } end
end

-- 3. Where both editions stand, in a new epoch where the last commit was in another life of Redis (see lives.lua).
local life = life_now()
local epoch, known_life, continued, public_seq, desk_seq =
  unpack(redis.call('HMGET', head, 'epoch', 'life', 'continued', 'public', 'desk'))
public_seq, desk_seq = tonumber(public_seq or 0), tonumber(desk_seq or 0)
local is_new_stream = not epoch
local is_new_epoch = known_life ~= life
if is_new_epoch then
  continued = epoch and continued_from(epoch, public_seq, desk_seq, continued) or ''
  epoch = fresh_epoch
end
editions.public.seq, editions.desk.seq = public_seq, desk_seq

-- From here on everything is written.

-- 4. Current objects, their place in display order and in the order of changes, and the desk's revisions.
for _ = 1, tonumber(take()) do
  local name, id, version, kind, order_key, form = take(), take(), take(), take(), take(), take()
  local edition = editions[name]
  edition.seq = edition.seq + 1
  local seq = whole(edition.seq)

  local before = redis.call('HGET', edition.metas, id)
  local old_key = before and string.match(before, '^%d+ %d+ %S+ %S+ (.*)$') or ''
  if old_key ~= '' and old_key ~= order_key then redis.call('ZREM', edition.order, old_key .. '\0' .. id) end
  if order_key ~= '' then redis.call('ZADD', edition.order, 0, order_key .. '\0' .. id) end

  redis.call('HSET', edition.metas, id, version .. ' ' .. seq .. ' ' .. kind .. ' ' .. at .. ' ' .. order_key)
  redis.call('HSET', edition.forms, id, form)
  redis.call('ZADD', edition.changes, seq, id)
  redis.call('HSET', versions, id, version)
  if name == 'desk' then
    local revision = id .. '\0' .. string.format('%016d', tonumber(version))
    redis.call('ZADD', revision_order, 0, revision)
    redis.call('HSET', revisions, revision, kind .. ' ' .. at .. ' ' .. form)
  end

  -- The same parts in the same order as changeText joins them.
  local slot = id == '@header' and 'story' or 'entry'
  local change = '{"epoch":"' .. epoch .. '","seq":' .. seq .. ',"kind":"' .. kind .. '","at":"' .. at .. '","' .. slot .. '":' .. form .. '}'
  edition.announced = edition.announced or { epoch }
  local announced = edition.announced
  announced[#announced + 1] = seq
  announced[#announced + 1] = id
  announced[#announced + 1] = change
end
redis.call('HSET', head, 'public', whole(editions.public.seq), 'desk', whole(editions.desk.seq))
if is_new_stream or editions.public.seq > public_seq then redis.call('HSET', head, 'at', at) end
if is_new_epoch then redis.call('HSET', head, 'epoch', epoch, 'life', life, 'continued', continued) end

-- 5. The outbox.
for _ = 1, tonumber(take()) do
  redis.call('XADD', outbox, '*', 'payload', take())
end

-- 6. The receipt.
local parts = { attempt, fingerprint, epoch, whole(editions.public.seq), whole(editions.desk.seq), answer }
local receipt = table.concat(parts, '\0')
redis.call('SET', receipt_key, receipt, 'PX', receipt_ms)

-- 7. The announcement, once per edition written. It may fail: the commit stands.
for _, edition in pairs(editions) do
  if edition.announced then redis.pcall(ARGV[7], edition.channel, table.concat(edition.announced, '\0')) end
end
return { 'receipt', receipt }
