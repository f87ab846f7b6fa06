-- An object's revisions, newest first.
--
-- KEYS  1 revision order  2 revisions
-- ARGV  1 object id  2 version, padded, that they are before (exclusive) or '' for all  3 limit
-- Answers {member, text, member, text ...}.

local from = ARGV[1] .. '\0'
local upper = ARGV[2] == '' and '(' .. ARGV[1] .. '\1' or '(' .. from .. ARGV[2]
local members = redis.call('ZREVRANGEBYLEX', KEYS[1], upper, '[' .. from, 'LIMIT', 0, ARGV[3])
if #members == 0 then return {} end
local texts = redis.call('HMGET', KEYS[2], unpack(members))
local answer = {}
for index, member in ipairs(members) do
  answer[#answer + 1] = member
  answer[#answer + 1] = texts[index]
end
return answer
