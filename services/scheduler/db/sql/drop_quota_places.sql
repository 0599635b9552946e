-- The deliveries :ids are over: those that never began leave the queue or give up their place. -> tenants in which a place became free
WITH gone AS (DELETE FROM run.quota_place WHERE delivery_id = ANY (:ids::text[]) AND begun_at IS NULL RETURNING tenant, free_at)
SELECT DISTINCT tenant FROM gone WHERE free_at IS NULL
