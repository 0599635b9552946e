-- Deliveries with tasks that wait for a place of the tenants $1 or at the destinations $2: the longest waiting first.
SELECT t.delivery_id FROM run.task t
WHERE t.status = 'waiting' AND t.ready_at <= now() AND (t.tenant = ANY ($1::text[]) OR t.destination = ANY ($2::text[]))
GROUP BY t.delivery_id ORDER BY min(t.ready_at) LIMIT $3::bigint
