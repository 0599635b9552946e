-- The deliveries :ids have been unable to upload since :at (Unix ms): they lose their place and count in no hour. -> tenants in which a
-- place is free
UPDATE run.quota_place SET begun_at = NULL, free_at = 'epoch'::timestamptz + :at::bigint * interval '1 millisecond'
WHERE delivery_id = ANY (:ids::text[]) AND (begun_at IS NOT NULL OR free_at IS NULL) RETURNING tenant
