-- Unfinished tasks of the deliveries :ids are not needed any more.
UPDATE run.task SET status = 'dropped' WHERE delivery_id = ANY (:ids::text[]) AND status IN ('waiting', 'issued')
