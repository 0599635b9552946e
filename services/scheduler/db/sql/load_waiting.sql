-- Deliveries waiting for each of :what, oldest first: at most :each per name.
SELECT n.what, w.delivery_id, (extract(epoch FROM w.since) * 1000)::bigint AS since_ms
FROM (SELECT DISTINCT u.what FROM unnest(:what::text[]) AS u (what)) n
CROSS JOIN LATERAL (SELECT delivery_id, since FROM run.waiting w WHERE w.what = n.what
	ORDER BY since, delivery_id LIMIT :each::bigint) w
ORDER BY n.what, w.since, w.delivery_id
