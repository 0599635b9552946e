-- $1 deliveries wait for $2 since $3 (Unix ms).
INSERT INTO run.waiting (delivery_id, what, since)
SELECT n.id, n.what, 'epoch'::timestamptz + n.since * interval '1 millisecond'
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS n (id, what, since) ORDER BY n.id
ON CONFLICT (delivery_id) DO UPDATE SET what = excluded.what, since = excluded.since
