-- The deliveries :ids can go nowhere since :at (Unix ms): they have no place, and count in no hour -> tenants in which one is free.
UPDATE run.quota_place SET begun_at = NULL, free_at = 'epoch'::timestamptz + :at::bigint * interval '1 millisecond'
WHERE delivery_id = ANY (:ids::text[]) AND (begun_at IS NOT NULL OR free_at IS NULL) RETURNING tenant
