-- What deliveries wait for; :since is in Unix ms.
INSERT INTO run.waiting (delivery_id, what, since)
SELECT n.id, n.what, 'epoch'::timestamptz + n.since * interval '1 millisecond'
FROM unnest(:id::text[], :what::text[], :since::bigint[]) AS n (id, what, since) ORDER BY n.id
ON CONFLICT (delivery_id) DO UPDATE SET what = excluded.what, since = excluded.since
