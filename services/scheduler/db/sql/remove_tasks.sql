-- Removes task rows and their summaries of deliveries that ended more than :over_ms ago and whose final status was read back: at most
-- :deliveries deliveries and :rows rows. Skips rows that another replica holds. A delivery without remaining rows is marked and not
-- looked at again, and its place under quotas, which no longer counts in any day, is removed. -> rows, deliveries that were marked.
-- Losing this only repeats the work, so the commit does not wait for the disk.
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS word),
over AS MATERIALIZED (SELECT s.delivery_id FROM run.state s, quick
	WHERE quick.word = 'off' AND s.is_over AND s.confirmed AND s.tidied_at IS NULL
		AND s.created_at < now() - :over_ms::bigint * interval '1 millisecond'
		AND s.changed_at < now() - :over_ms::bigint * interval '1 millisecond'
	ORDER BY s.created_at LIMIT :deliveries::bigint FOR UPDATE OF s SKIP LOCKED),
old AS MATERIALIZED (SELECT t.task_id FROM run.task t JOIN over USING (delivery_id) LIMIT :rows::bigint),
gone AS (DELETE FROM run.task t USING old WHERE t.task_id = old.task_id RETURNING t.task_id),
counted AS MATERIALIZED (SELECT count(*) AS n FROM gone),
marked AS (UPDATE run.state s SET tidied_at = now(), past = NULL FROM over, counted
	WHERE s.delivery_id = over.delivery_id AND counted.n < :rows::bigint RETURNING s.delivery_id),
places AS (DELETE FROM run.quota_place p USING marked
	WHERE p.delivery_id = marked.delivery_id AND p.begun_at < now() - interval '2 days')
SELECT counted.n AS rows, (SELECT count(*) FROM marked) AS deliveries FROM counted
