-- What is looked for by time, or counted by tenant, stands apart from the wide rows. So changes of run.state and run.task
-- touch no index, stay within their page, and a look at what is due reads narrow rows only.
CREATE TABLE run.live ( -- one row for each delivery or build that has a due time
	delivery_id text PRIMARY KEY,
	due_at timestamptz NOT NULL, -- never later than run.state's; moved ahead when it has come, not by each decision
	tenant text NOT NULL,
	destination text NOT NULL,
	tasks_out integer NOT NULL,
	destination_tasks_out integer NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX live_due ON run.live (due_at);
CREATE INDEX live_flight ON run.live (tenant, destination) WHERE tasks_out > 0;

ALTER TABLE run.state
	ADD COLUMN is_over boolean NOT NULL
		GENERATED ALWAYS AS (state IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded')) STORED,
	ADD COLUMN tasks_out integer NOT NULL DEFAULT 0, -- tasks that are issued
	ADD COLUMN destination_tasks_out integer NOT NULL DEFAULT 0, -- of these, those that count against caps of the destination
	ADD COLUMN past text, -- once it is over: its tasks in few words, a line for each kind (confirm_finals.sql)
	ALTER COLUMN status DROP NOT NULL; -- NULL: made of this row, which is as it was when the status was published
ALTER TABLE run.state SET (fillfactor = 40);
ALTER TABLE run.task SET (fillfactor = 50);
ALTER TABLE run.task DROP CONSTRAINT task_delivery_id_fkey; -- rows of both are written together; a check of each costs a lock

DROP INDEX run.state_due, run.state_route, run.state_over, run.task_waiting, run.task_flight, run.outbox_delivery;
CREATE INDEX state_route ON run.state (tenant, route) WHERE NOT is_over;
CREATE INDEX state_over ON run.state (created_at) WHERE is_over AND tidied_at IS NULL; -- of what is to be tidied

-- Swept by age: a look begins where the last one found nothing left, whatever old snapshots keep.
ALTER TABLE run.outbox ALTER COLUMN stored_at SET DEFAULT clock_timestamp();
CREATE INDEX outbox_age ON run.outbox (stored_at, id);
CREATE INDEX outbox_swept ON run.outbox (delivery_id) WHERE swept_at IS NOT NULL; -- what a sweep has claimed

UPDATE run.state s SET tasks_out = t.out, destination_tasks_out = t.there
FROM (SELECT delivery_id, count(*) FILTER (WHERE status = 'issued') AS out,
		count(*) FILTER (WHERE status = 'issued' AND destination <> '') AS there
	FROM run.task WHERE status = 'issued' GROUP BY delivery_id) AS t
WHERE s.delivery_id = t.delivery_id AND NOT s.is_over;
INSERT INTO run.live SELECT delivery_id, due_at, tenant, destination, tasks_out, destination_tasks_out
FROM run.state WHERE due_at IS NOT NULL;

-- run.live follows run.state, whoever changes it.
CREATE FUNCTION run.follow_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.due_at IS NULL THEN
		DELETE FROM run.live WHERE delivery_id = NEW.delivery_id;
	ELSIF TG_OP = 'INSERT' OR OLD.due_at IS NULL THEN
		INSERT INTO run.live VALUES (NEW.delivery_id, NEW.due_at, NEW.tenant, NEW.destination, NEW.tasks_out,
			NEW.destination_tasks_out);
	ELSE
		UPDATE run.live l SET due_at = least(l.due_at, NEW.due_at), destination = NEW.destination, tasks_out = NEW.tasks_out,
			destination_tasks_out = NEW.destination_tasks_out
		WHERE l.delivery_id = NEW.delivery_id AND (NEW.due_at < l.due_at
			OR (l.destination, l.tasks_out, l.destination_tasks_out)
			IS DISTINCT FROM (NEW.destination, NEW.tasks_out, NEW.destination_tasks_out));
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER follow_state AFTER INSERT OR UPDATE OF due_at, destination, tasks_out, destination_tasks_out
	ON run.state FOR EACH ROW EXECUTE FUNCTION run.follow_state();

GRANT SELECT, INSERT, UPDATE, DELETE ON run.live TO longshore_scheduler;
GRANT SELECT ON run.live TO longshore_operator;
