-- $1 deliveries or builds that are under way -> id, stage, tasks of it done, tasks of it, rows of those done, ms since its first task was
-- issued: of the present revision, in the order in which stages come.
SELECT s.delivery_id, t.stage, count(*) FILTER (WHERE t.status = 'done'), count(*), coalesce(sum(t.rows_done), 0),
	coalesce((extract(epoch FROM clock_timestamp() - min(t.issued_at)) * 1000)::bigint, 0)
FROM run.state AS s JOIN run.task AS t ON t.delivery_id = s.delivery_id AND t.revision = s.revision
WHERE s.delivery_id = ANY($1::text[]) AND NOT s.is_over AND t.status <> 'dropped' AND t.stage IN ('build', 'select', 'part', 'upload', 'settle')
GROUP BY s.delivery_id, t.stage
ORDER BY s.delivery_id, array_position(ARRAY['build', 'select', 'part', 'upload', 'settle'], t.stage);
