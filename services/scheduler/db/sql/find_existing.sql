SELECT delivery_id FROM run.state WHERE delivery_id = ANY ($1::text[])
