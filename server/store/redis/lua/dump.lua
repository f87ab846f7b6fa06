-- The next objects of both editions in the order of their changes, for a dump. Taken together, so that once both
-- are read to the end they are of one moment: no commit is half in a dump.
--
-- KEYS  1 head  2-4 public: metas, forms, changes  5-7 desk: the same
-- ARGV  1 seq read so far in public  2 in desk  3 most objects per edition
-- Answers nothing where there is no stream, else {at, public seq, desk seq, public objects, desk objects}, objects
-- as {id, meta, form ...}.

local epoch, at, public_seq, desk_seq = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'at', 'public', 'desk'))
if not epoch then return false end

local function objects_after(seq, metas_key, forms_key, changes_key)
  local ids = redis.call('ZRANGEBYSCORE', changes_key, '(' .. seq, '+inf', 'LIMIT', 0, ARGV[3])
  local objects = {}
  if #ids == 0 then return objects end
  local metas = redis.call('HMGET', metas_key, unpack(ids))
  local forms = redis.call('HMGET', forms_key, unpack(ids))
  for index, id in ipairs(ids) do
    objects[#objects + 1] = id
    objects[#objects + 1] = metas[index]
    objects[#objects + 1] = forms[index]
  end
  return objects
end

return {
  at,
  tonumber(public_seq or 0),
  tonumber(desk_seq or 0),
  objects_after(ARGV[1], KEYS[2], KEYS[3], KEYS[4]),
  objects_after(ARGV[2], KEYS[5], KEYS[6], KEYS[7]),
}
