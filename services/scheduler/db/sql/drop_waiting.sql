DELETE FROM run.waiting WHERE delivery_id = ANY (:ids::text[])
