-- Deliveries that are over and were not named in staging yet: from there each service learns what it staged for them and
-- may remove. A row lives for about an hour; that of a route's last accepted delivery until another one is accepted.
CREATE TABLE run.ended (
	delivery_id text NOT NULL,
	tenant text NOT NULL,
	route text NOT NULL,
	at timestamptz NOT NULL -- when its final status was read back
);
INSERT INTO run.ended SELECT delivery_id, tenant, route, changed_at FROM run.state WHERE kind = 'delivery' AND confirmed;

GRANT SELECT, INSERT, UPDATE, DELETE ON run.ended TO longshore_scheduler; -- UPDATE: to lock what is told
GRANT SELECT ON run.ended TO longshore_operator;
