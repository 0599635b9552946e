SELECT delivery_id FROM run.state WHERE delivery_id = ANY (:ids::text[])
