-- What one transaction has to say, in one row instead of one for each message: it is written with the decision and removed once all of
-- it was acknowledged. What was not acknowledged goes into run.outbox, message by message; so does a packet that nobody removed.
CREATE TABLE run.packet (
	stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	id bigint GENERATED ALWAYS AS IDENTITY,
	body bytea NOT NULL, -- Avro OutboxPacket, squeezed
	PRIMARY KEY (stored_at, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON run.packet TO longshore_scheduler; -- UPDATE: to lock what is taken
GRANT SELECT ON run.packet TO longshore_operator;
