-- What changes with each status stands at the end of the row, and what stays stands before it: with wal_level = replica PostgreSQL
-- then logs the end only. Pages keep room for the next version of a row, so that no index is touched.
ALTER TABLE run.delivery
	ADD COLUMN version_moved bigint,
	ADD COLUMN revision_moved integer,
	ADD COLUMN state_moved text,
	ADD COLUMN reason_moved text,
	ADD COLUMN detail_moved text,
	ADD COLUMN files_visible_moved integer,
	ADD COLUMN changed_at_moved timestamptz;
UPDATE run.delivery SET version_moved = version, revision_moved = revision, state_moved = state, reason_moved = reason,
	detail_moved = detail, files_visible_moved = files_visible, changed_at_moved = changed_at;
ALTER TABLE run.delivery
	DROP COLUMN version,
	DROP COLUMN revision,
	DROP COLUMN state,
	DROP COLUMN reason,
	DROP COLUMN detail,
	DROP COLUMN files_visible,
	DROP COLUMN changed_at;
ALTER TABLE run.delivery RENAME COLUMN version_moved TO version;
ALTER TABLE run.delivery RENAME COLUMN revision_moved TO revision;
ALTER TABLE run.delivery RENAME COLUMN state_moved TO state;
ALTER TABLE run.delivery RENAME COLUMN reason_moved TO reason;
ALTER TABLE run.delivery RENAME COLUMN detail_moved TO detail;
ALTER TABLE run.delivery RENAME COLUMN files_visible_moved TO files_visible;
ALTER TABLE run.delivery RENAME COLUMN changed_at_moved TO changed_at;
ALTER TABLE run.delivery
	ALTER COLUMN version SET NOT NULL,
	ALTER COLUMN revision SET NOT NULL,
	ALTER COLUMN state SET NOT NULL,
	ALTER COLUMN reason SET NOT NULL,
	ALTER COLUMN detail SET NOT NULL,
	ALTER COLUMN files_visible SET NOT NULL,
	ALTER COLUMN changed_at SET NOT NULL;
ALTER TABLE run.build
	ADD COLUMN version_moved bigint,
	ADD COLUMN revision_moved integer,
	ADD COLUMN state_moved text,
	ADD COLUMN reason_moved text,
	ADD COLUMN detail_moved text,
	ADD COLUMN files_visible_moved integer,
	ADD COLUMN changed_at_moved timestamptz;
UPDATE run.build SET version_moved = version, revision_moved = revision, state_moved = state, reason_moved = reason,
	detail_moved = detail, files_visible_moved = files_visible, changed_at_moved = changed_at;
ALTER TABLE run.build
	DROP COLUMN version,
	DROP COLUMN revision,
	DROP COLUMN state,
	DROP COLUMN reason,
	DROP COLUMN detail,
	DROP COLUMN files_visible,
	DROP COLUMN changed_at;
ALTER TABLE run.build RENAME COLUMN version_moved TO version;
ALTER TABLE run.build RENAME COLUMN revision_moved TO revision;
ALTER TABLE run.build RENAME COLUMN state_moved TO state;
ALTER TABLE run.build RENAME COLUMN reason_moved TO reason;
ALTER TABLE run.build RENAME COLUMN detail_moved TO detail;
ALTER TABLE run.build RENAME COLUMN files_visible_moved TO files_visible;
ALTER TABLE run.build RENAME COLUMN changed_at_moved TO changed_at;
ALTER TABLE run.build
	ALTER COLUMN version SET NOT NULL,
	ALTER COLUMN revision SET NOT NULL,
	ALTER COLUMN state SET NOT NULL,
	ALTER COLUMN reason SET NOT NULL,
	ALTER COLUMN detail SET NOT NULL,
	ALTER COLUMN files_visible SET NOT NULL,
	ALTER COLUMN changed_at SET NOT NULL;
ALTER TABLE run.delivery SET (fillfactor = 60);
