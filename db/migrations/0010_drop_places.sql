-- Which place is behind a bucket's URL, so that an empty mount point, or another disk, is not taken for it. Written when an
-- uploader first looked there, and when a person accepts another place; empty: the next upload looks first.
CREATE TABLE run.drop_place (
	url text PRIMARY KEY,
	identity text NOT NULL,     -- .longshore-tmp/identity of the drop
	since timestamptz NOT NULL,
	told_by text NOT NULL,      -- the delivery whose upload looked, or whose hold was answered
	accepted_by text NOT NULL DEFAULT '' -- who accepted it in place of another one; empty: it was the first
);

GRANT SELECT, INSERT, UPDATE ON run.drop_place TO longshore_scheduler;
GRANT SELECT ON run.drop_place TO longshore_operator;
