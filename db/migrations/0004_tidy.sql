-- Task rows go some time after their delivery's end; its row in run.state stays for ever, for it is what a request that
-- comes again is known by.
ALTER TABLE run.state ADD COLUMN tidied_at timestamptz; -- its task rows were removed; NULL: not yet
CREATE INDEX state_over ON run.state (changed_at) WHERE confirmed AND tidied_at IS NULL;
GRANT DELETE ON run.task TO longshore_scheduler;
