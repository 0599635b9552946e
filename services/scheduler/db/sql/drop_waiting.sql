DELETE FROM run.waiting WHERE delivery_id = ANY ($1::text[])
