-- Tasks of the present phase whose rows are not made yet: with them, what is shown of its progress is of the whole.
ALTER TABLE run.state ADD COLUMN tasks_unmade integer NOT NULL DEFAULT 0;
