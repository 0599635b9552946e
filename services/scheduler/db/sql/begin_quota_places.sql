-- Deliveries of :ids that have a place and have not begun yet begin at :at (Unix ms).
UPDATE run.quota_place SET begun_at = 'epoch'::timestamptz + :at::bigint * interval '1 millisecond'
WHERE delivery_id = ANY (:ids::text[]) AND begun_at IS NULL
