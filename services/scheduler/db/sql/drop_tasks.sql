-- What is unfinished of the deliveries $1 is of no use any more.
UPDATE run.task SET status = 'dropped' WHERE delivery_id = ANY ($1::text[]) AND status IN ('waiting', 'issued')
