-- What deliveries wait for, so that whoever frees it can wake them: one row for a delivery that has a ready task and may
-- not issue it. Its decisions keep the row; a row that is wrong is put right when the delivery next looks by itself.
CREATE TABLE run.waiting (
	delivery_id text PRIMARY KEY,
	what text NOT NULL,         -- tenant:NAME, destination:NAME (a place under a cap), place:URL (its breaker is open)
	since timestamptz NOT NULL  -- when it last got a task issued, or began to wait: the oldest goes first
);
CREATE INDEX waiting_what ON run.waiting (what, since, delivery_id);

-- Circuit breakers, one for a place: the bucket's URL. A place has a row only while uploads find it away.
CREATE TABLE run.place_breaker (
	place text PRIMARY KEY,
	failures integer NOT NULL,       -- uploads in a row that found it away, or were never answered
	rests integer NOT NULL,          -- probes in a row that failed: each doubles the next rest
	open_until timestamptz NOT NULL, -- no upload goes until then; the one after it is the probe
	prober text NOT NULL,            -- the delivery whose upload looks whether it is back; empty: none does
	probe text NOT NULL,             -- that upload's task
	changed_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON run.waiting, run.place_breaker TO longshore_scheduler;
GRANT SELECT ON run.waiting, run.place_breaker TO longshore_operator;
COMMENT ON TABLE run.breaker IS 'of schedulers that kept a breaker for each Destination; read by nobody now';
