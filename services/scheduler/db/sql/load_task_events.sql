-- Events of tasks that are issued again.
SELECT task_id, event, delivery_id, lane FROM run.task WHERE task_id = ANY (:ids::text[])
