-- Those of the deliveries $1 that had a place and did not begin yet begin at $2 (Unix ms).
UPDATE run.quota_place SET begun_at = 'epoch'::timestamptz + $2::bigint * interval '1 millisecond'
WHERE delivery_id = ANY ($1::text[]) AND begun_at IS NULL
