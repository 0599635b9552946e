-- Places under the quotas of tenants and destinations (limits.deliveries_per_hour, limits.deliveries_per_day): one row for
-- a delivery that waits for a place, has one, or began to upload. Who began stays, so that a limit that is set later
-- counts what was before.
CREATE TABLE run.quota_place (
	delivery_id text PRIMARY KEY,
	tenant text NOT NULL,
	destination text NOT NULL,
	since timestamptz NOT NULL, -- when it first asked for a place: orders those that wait
	free_at timestamptz,        -- it waits, and may have a place from then on; NULL = it has one
	begun_at timestamptz        -- its first upload was issued: the hour and the day that it counts in; NULL = not yet
);
CREATE INDEX quota_place_tenant ON run.quota_place (tenant, begun_at);
CREATE INDEX quota_place_destination ON run.quota_place (tenant, destination, begun_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON run.quota_place TO longshore_scheduler;
GRANT SELECT ON run.quota_place TO longshore_operator;
