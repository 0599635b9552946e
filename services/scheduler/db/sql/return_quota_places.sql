-- The deliveries $1 can go nowhere since $2 (Unix ms): they have no place, and count in no hour -> tenants in which one is free.
UPDATE run.quota_place SET begun_at = NULL, free_at = 'epoch'::timestamptz + $2::bigint * interval '1 millisecond'
WHERE delivery_id = ANY ($1::text[]) AND (begun_at IS NOT NULL OR free_at IS NULL) RETURNING tenant
