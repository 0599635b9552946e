-- Locks in id order, so that two batches never deadlock.
SELECT delivery_id, version FROM run.state WHERE delivery_id = ANY (:ids::text[]) ORDER BY delivery_id FOR UPDATE
