-- Those of the deliveries :ids that had a place and did not begin yet begin at :at (Unix ms).
UPDATE run.quota_place SET begun_at = 'epoch'::timestamptz + :at::bigint * interval '1 millisecond'
WHERE delivery_id = ANY (:ids::text[]) AND begun_at IS NULL
