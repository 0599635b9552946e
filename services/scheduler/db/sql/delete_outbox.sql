-- Marks rows as published. Losing this only repeats a message, so the commit does not wait for the disk.
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS word)
DELETE FROM run.outbox USING quick WHERE quick.word = 'off' AND id = ANY (:ids::bigint[])
