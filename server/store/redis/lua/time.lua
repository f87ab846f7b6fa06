-- The time by the clock of the node that has a key: on a Cluster each node has a clock of its own.
--
-- KEYS  1 any
-- Answers what TIME does.

return redis.call('TIME')
