-- What people apply: one row per document, newest only; audit.record has the history.
CREATE TABLE conf.document (
	kind text NOT NULL,
	tenant text NOT NULL, -- empty for documents of no tenant
	name text NOT NULL,
	body text NOT NULL, -- canonical JSON
	hash text NOT NULL,
	applied_by text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (kind, tenant, name)
);

CREATE TABLE event.schema (
	fingerprint bytea PRIMARY KEY, -- CRC-64-AVRO, little-endian
	name text NOT NULL,
	schema text NOT NULL,
	added_at timestamptz NOT NULL DEFAULT now()
);

-- The scheduler's memory: one small row a delivery or build.
CREATE TABLE run.state (
	delivery_id text PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('delivery', 'build')),
	tenant text NOT NULL,
	route text NOT NULL, -- a build: the bridge
	audience text NOT NULL,
	destination text NOT NULL,
	state text NOT NULL,
	reason text NOT NULL,
	revision integer NOT NULL,
	version bigint NOT NULL,        -- of the last decision: timeline << 40 | n
	status_version bigint NOT NULL, -- of the last stored status
	status bytea NOT NULL,          -- the snapshot of status_version, as published
	confirmed boolean NOT NULL DEFAULT false, -- a final status that was read back
	due_at timestamptz,             -- NULL only once final and confirmed
	planned_at timestamptz NOT NULL, -- time of the plan or of the trigger: orders a route's deliveries
	spec_hash text NOT NULL,
	memory bytea NOT NULL,          -- Avro DeliveryMemory: the rest of what decide remembers
	created_at timestamptz NOT NULL,
	changed_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX state_due ON run.state (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX state_route ON run.state (tenant, route) WHERE state NOT IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded');

CREATE TABLE run.task (
	task_id text PRIMARY KEY,
	delivery_id text NOT NULL REFERENCES run.state,
	revision integer NOT NULL,
	stage text NOT NULL,
	index integer NOT NULL,
	lane text NOT NULL,
	issue integer NOT NULL,      -- 0 = waiting, never issued
	attempts integer NOT NULL,   -- issues that were spent
	status text NOT NULL CHECK (status IN ('waiting', 'issued', 'done', 'dropped')),
	ready_at timestamptz NOT NULL,
	not_after timestamptz,       -- of the current issue
	event bytea NOT NULL,        -- the task event, issue 0; head.issue and head.not_after_ms are set at each issue
	result bytea,                -- the accepted TaskResult
	tenant text NOT NULL,
	destination text NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX task_delivery ON run.task (delivery_id, revision, stage, index);
CREATE INDEX task_waiting ON run.task (ready_at) WHERE status = 'waiting';
CREATE INDEX task_flight ON run.task (tenant, destination) WHERE status = 'issued';

CREATE TABLE run.spec (
	hash text PRIMARY KEY,
	body bytea NOT NULL,
	added_at timestamptz NOT NULL DEFAULT now()
);

-- What is to be published: written with the decision, removed (that is the mark) once acknowledged.
CREATE TABLE run.outbox (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	delivery_id text NOT NULL,
	topic smallint NOT NULL,
	partition integer NOT NULL, -- -1 = by key
	key text NOT NULL,
	value bytea NOT NULL,
	type text NOT NULL,
	tenant text NOT NULL,
	task_id text,
	traceparent text,
	stored_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_delivery ON run.outbox (delivery_id);

CREATE TABLE run.route_head (
	tenant text NOT NULL,
	route text NOT NULL,
	holder text,             -- the delivery between combine and its final state
	delivery_id text,        -- the last accepted one
	bridge_version text,
	content_hash text,
	members bigint,
	baseline_name text,      -- its members in staging, under the route's key
	baseline_sha256 text,
	baseline_bytes bigint,
	force_full boolean NOT NULL DEFAULT false,
	changed_at timestamptz NOT NULL,
	PRIMARY KEY (tenant, route)
);

CREATE TABLE run.route_due (
	tenant text NOT NULL,
	route text NOT NULL,
	document_hash text NOT NULL, -- of the route's document when this row was last compared with it
	cadence_hash text NOT NULL, -- of the cadence this row was computed from
	label text NOT NULL,        -- civil time of the next run, yyyy-mm-ddThh:mm: authoritative; empty = no cadence
	zone text NOT NULL,
	fold smallint NOT NULL,
	next_due timestamptz,       -- recomputed from the label; NULL = no cadence
	PRIMARY KEY (tenant, route)
);
CREATE INDEX route_due_next ON run.route_due (next_due) WHERE next_due IS NOT NULL;

-- Claims are permanent.
CREATE TABLE run.name_claim (
	location text NOT NULL,
	path text NOT NULL,
	delivery_id text NOT NULL,
	file_id text NOT NULL,
	claimed_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (location, path)
);

CREATE TABLE run.bridge_version (
	tenant text NOT NULL,
	bridge text NOT NULL,
	version text NOT NULL,
	build_id text NOT NULL,
	key_epoch integer NOT NULL,
	records bigint NOT NULL,
	persons bigint NOT NULL,
	built_at timestamptz NOT NULL,
	PRIMARY KEY (tenant, bridge, version)
);
CREATE INDEX bridge_version_newest ON run.bridge_version (tenant, bridge, built_at DESC);

CREATE TABLE run.breaker (
	destination text PRIMARY KEY,
	failures integer NOT NULL,
	open_until timestamptz NOT NULL,
	changed_at timestamptz NOT NULL
);

-- Public: written by the recorder only. One row per delivery; an UPDATE only when a higher version changes something.
CREATE TABLE run.delivery (
	delivery_id text PRIMARY KEY,
	version bigint NOT NULL,
	tenant text NOT NULL,
	route text NOT NULL,
	audience text NOT NULL,
	destination text NOT NULL,
	mode text NOT NULL,
	epoch text NOT NULL,
	cause_kind text NOT NULL,
	cause text NOT NULL,
	revision integer NOT NULL,
	state text NOT NULL,
	reason text NOT NULL,
	detail text NOT NULL,
	requested_by text NOT NULL,
	approved_by text NOT NULL,
	spec_hash text NOT NULL,
	bridge_version text NOT NULL,
	content_hash text NOT NULL,
	books jsonb NOT NULL, -- {"rows_read": 1, ...}
	files_planned integer NOT NULL,
	files_visible integer NOT NULL,
	created_at timestamptz NOT NULL,
	changed_at timestamptz NOT NULL
);
CREATE INDEX delivery_recent ON run.delivery (created_at DESC);
CREATE INDEX delivery_route ON run.delivery (tenant, route, created_at DESC);
CREATE TABLE run.build (LIKE run.delivery INCLUDING ALL); -- route = the bridge

CREATE TABLE run.file (
	delivery_id text NOT NULL,
	file_id text NOT NULL,
	name text NOT NULL,
	url text NOT NULL,
	role text NOT NULL,
	rows bigint NOT NULL,
	bytes bigint NOT NULL,
	sha256 text NOT NULL,
	plain_sha256 text NOT NULL,
	PRIMARY KEY (delivery_id, file_id)
);

CREATE TABLE run.receipt (
	delivery_id text NOT NULL,
	file_id text NOT NULL,
	version bigint NOT NULL,
	guarantee text NOT NULL,
	verified text NOT NULL,
	blind boolean NOT NULL,
	encoder text NOT NULL,
	md5 text NOT NULL,
	crc32c text NOT NULL,
	committed_at timestamptz NOT NULL,
	receipt_id text NOT NULL, -- hash of the receipt's fields
	PRIMARY KEY (delivery_id, file_id)
);

CREATE TABLE audit.record (
	tenant text NOT NULL,
	sequence bigint NOT NULL,  -- per tenant, from 1
	record_id text NOT NULL UNIQUE,
	at timestamptz NOT NULL,
	actor text NOT NULL,
	action text NOT NULL,
	delivery_id text NOT NULL,
	route text NOT NULL,
	version bigint NOT NULL,
	reason text NOT NULL,
	detail text NOT NULL,
	facts jsonb NOT NULL,
	previous text NOT NULL, -- hash of the record before, empty for the first
	hash text NOT NULL,     -- over all of the above
	PRIMARY KEY (tenant, sequence)
);
CREATE INDEX record_delivery ON audit.record (delivery_id);

CREATE TABLE audit.dead_letter (
	topic text NOT NULL, -- where the dead letter lies
	partition integer NOT NULL,
	"offset" bigint NOT NULL,
	service text NOT NULL,
	from_topic text NOT NULL,
	from_partition integer NOT NULL,
	from_offset bigint NOT NULL,
	reason text NOT NULL,
	detail text NOT NULL,
	delivery_id text NOT NULL,
	task_id text NOT NULL,
	at timestamptz NOT NULL,
	PRIMARY KEY (topic, partition, "offset")
);

-- Where the recorder goes on reading: in the same transaction as the rows.
CREATE TABLE audit.position (
	topic text NOT NULL,
	partition integer NOT NULL,
	next_offset bigint NOT NULL,
	PRIMARY KEY (topic, partition)
);
