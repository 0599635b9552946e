-- When and by whom a task was done, so that trace need not guess. Written with the changes that store a row anyway.
ALTER TABLE run.task
	ADD COLUMN issued_at timestamptz,  -- the current issue
	ADD COLUMN started_at timestamptz, -- of the accepted result, by the worker's clock
	ADD COLUMN done_at timestamptz,
	ADD COLUMN worker text;            -- service@host:process
