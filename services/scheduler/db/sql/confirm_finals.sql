-- Takes statuses that were read back, in order. A final status that came back as it is stored is confirmed. If the delivery has at most
-- :few tasks, their rows are deleted and summarised in a few lines: one for each revision, stage and status, and one for each task that
-- had more than one issue or was dropped. A line has: revision, stage, index or first-last, status, number of tasks, highest issue,
-- attempts, ms from the delivery's creation until the first was ready, the task id if the line is about one such task, ms until the first
-- was issued, the first started and the last was done, and the workers: the first name and the number of others (- stands for unknown).
-- If an older status came after the final one, readers keep a wrong status: the delivery gets an alarm again, in :alarm_ms. A confirmed
-- delivery is over for good, and goes into run.ended. -> deleted task rows
WITH seen AS (SELECT DISTINCT ON (id) id, version FROM unnest(:id::text[], :version::bigint[]) WITH ORDINALITY AS seen (id, version, place)
	ORDER BY id, place DESC),
met AS MATERIALIZED (SELECT s.delivery_id, s.status_version = seen.version AS is_last, s.created_at
	FROM run.state s JOIN seen ON s.delivery_id = seen.id
	WHERE s.is_over AND CASE WHEN s.confirmed THEN s.status_version > seen.version ELSE s.status_version = seen.version END
	ORDER BY s.delivery_id FOR NO KEY UPDATE OF s),
small AS MATERIALIZED (SELECT met.delivery_id, met.created_at FROM met WHERE met.is_last AND (SELECT count(*) FROM (SELECT FROM run.task t
	WHERE t.delivery_id = met.delivery_id LIMIT :few::bigint + 1) AS few) <= :few::bigint),
gone AS (DELETE FROM run.task t USING small WHERE t.delivery_id = small.delivery_id
	RETURNING t.*, small.created_at, t.issue > 1 OR t.status = 'dropped' AS is_odd),
lines AS (SELECT delivery_id, revision, min(ready_at) AS at, concat_ws(' ', revision, stage,
		CASE WHEN min(index) = max(index) THEN min(index)::text ELSE min(index) || '-' || max(index) END, status, count(*), max(issue),
		sum(attempts), (extract(epoch FROM min(ready_at) - created_at) * 1000)::bigint, CASE WHEN is_odd THEN min(task_id) ELSE '-' END,
		coalesce((extract(epoch FROM min(issued_at) - created_at) * 1000)::bigint::text, '-'),
		coalesce((extract(epoch FROM min(started_at) - created_at) * 1000)::bigint::text, '-'),
		coalesce((extract(epoch FROM max(done_at) - created_at) * 1000)::bigint::text, '-'),
		coalesce(min(worker) || CASE WHEN count(DISTINCT worker) > 1 THEN ',+' || count(DISTINCT worker) - 1 ELSE '' END, '-')) AS line
	FROM gone GROUP BY delivery_id, created_at, revision, stage, status, is_odd, CASE WHEN is_odd THEN index END),
words AS (SELECT delivery_id, string_agg(line, E'\n' ORDER BY at, line) AS past FROM lines GROUP BY delivery_id),
told AS (UPDATE run.state s SET confirmed = met.is_last, past = coalesce(words.past, s.past),
	due_at = CASE WHEN NOT met.is_last THEN clock_timestamp() + :alarm_ms::bigint * interval '1 millisecond' END
	FROM met LEFT JOIN words USING (delivery_id) WHERE s.delivery_id = met.delivery_id
	RETURNING s.delivery_id, s.tenant, s.route, s.kind, s.confirmed),
ended AS (INSERT INTO run.ended (delivery_id, tenant, route, at)
	SELECT delivery_id, tenant, route, now() FROM told WHERE kind = 'delivery' AND confirmed)
SELECT count(*) AS tasks FROM gone
