-- Who waits for each of $1, the oldest first: $2 of each at most.
SELECT n.what, w.delivery_id, (extract(epoch FROM w.since) * 1000)::bigint
FROM (SELECT DISTINCT u.what FROM unnest($1::text[]) AS u (what)) n
CROSS JOIN LATERAL (SELECT delivery_id, since FROM run.waiting w WHERE w.what = n.what
	ORDER BY since, delivery_id LIMIT $2::bigint) w
ORDER BY n.what, w.since, w.delivery_id
