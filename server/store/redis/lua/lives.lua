-- Put in front of the scripts that begin epochs.
--
-- Redis gives its data a new replication id whenever they may have lost their newest part: when it starts (from
-- whatever files it finds), and when a replica is promoted. Then numbers may be given a second time, so the next epoch
-- begins, and notes up to where the one before is part of it. What is written between two such moments is one life.

-- Earlier epochs that are remembered as continued. A reader who stayed away for more of them starts afresh.
local most_continued = 8

-- To be asked before anything is written: it may fail.
local function life_now()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or error('no master_replid in INFO')
end

-- What an epoch continues that begins now: the one that ends here with these numbers, and what that one continued.
local function continued_from(epoch, public_seq, desk_seq, continued)
  -- tostring would turn a large number into 1e+15.
  local ended = { string.format('%s:%d:%d', epoch, public_seq, desk_seq) }
  for earlier in string.gmatch(continued or '', '%S+') do
    if #ended < most_continued then ended[#ended + 1] = earlier end
  end
  return table.concat(ended, ' ')
end

