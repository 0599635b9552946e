-- What the command line shows, in plain words beside what the scheduler squeezes; written with rows that are written anyway.
ALTER TABLE run.state ADD COLUMN answers text; -- to the newest words of people: a line each, hash of the word and "done" or why it was refused
ALTER TABLE run.task ADD COLUMN rows_done bigint; -- of the accepted result: rows that were read, written or sent
