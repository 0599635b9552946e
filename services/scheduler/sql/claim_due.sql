-- $1 how many, $2 how long in ms nobody else looks at them. A claim that is not followed by a decision runs out.
UPDATE run.state s SET due_at = now() + $2::bigint * interval '1 millisecond'
FROM (SELECT delivery_id FROM run.state WHERE due_at <= now() ORDER BY due_at LIMIT $1::bigint
	FOR UPDATE SKIP LOCKED) d
WHERE s.delivery_id = d.delivery_id
RETURNING s.delivery_id
