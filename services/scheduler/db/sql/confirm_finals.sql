-- Statuses that were read back, in order. A final one that came back as it is
-- stored is confirmed. Its tasks, if they are not more than :few, go, and a few words of them stay: a line for each revision,
-- stage and status, and one for each task that had more than one issue or was dropped; in it are revision, stage, index or first-last,
-- status, how many, highest issue, attempts, ms from the delivery's beginning when the first was ready, the id of a task that is alone in
-- its line for that, ms when the first was issued, the first started, the last done, and who did them: the first of the names,
-- and how many more (- where one of these is not known).
-- Where an older status came after it, what readers keep is not what is stored: it has its alarm again, in :alarm_ms.
-- A delivery that is confirmed is over for good, and goes into run.ended. -> task rows that went
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
