-- The deliveries $1 are over: those that never began leave their place, or the queue.
DELETE FROM run.quota_place WHERE delivery_id = ANY ($1::text[]) AND begun_at IS NULL
