-- What is unfinished of the deliveries :ids is of no use any more.
UPDATE run.task SET status = 'dropped' WHERE delivery_id = ANY (:ids::text[]) AND status IN ('waiting', 'issued')
