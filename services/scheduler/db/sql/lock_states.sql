-- Locks in the order of the ids, so that two batches never wait for each other.
SELECT delivery_id, version FROM run.state WHERE delivery_id = ANY (:ids::text[]) ORDER BY delivery_id FOR UPDATE
