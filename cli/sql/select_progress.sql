-- Progress of the unfinished deliveries and builds :ids in their current revision, by stage in the order of stages: finished tasks,
-- all tasks, rows of the finished ones, and ms since the stage's first task was issued. The rows of the last stage's tasks may not
-- exist yet.
WITH stage AS (
	SELECT s.delivery_id, s.tasks_unmade, t.stage, array_position(ARRAY['build', 'select', 'part', 'upload', 'settle'], t.stage) AS place,
		count(*) FILTER (WHERE t.status = 'done') AS done, count(*) AS made, coalesce(sum(t.rows_done), 0) AS rows,
		coalesce((extract(epoch FROM clock_timestamp() - min(t.issued_at)) * 1000)::bigint, 0) AS elapsed
	FROM run.state AS s JOIN run.task AS t ON t.delivery_id = s.delivery_id AND t.revision = s.revision
	WHERE s.delivery_id = ANY(:ids::text[]) AND NOT s.is_over AND t.status <> 'dropped'
		AND t.stage IN ('build', 'select', 'part', 'upload', 'settle')
	GROUP BY s.delivery_id, s.tasks_unmade, t.stage
)
SELECT delivery_id, stage, done, made + CASE WHEN place = max(place) OVER (PARTITION BY delivery_id) THEN tasks_unmade ELSE 0 END AS tasks,
	rows, elapsed
FROM stage ORDER BY delivery_id, place;
