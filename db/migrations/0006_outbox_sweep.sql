-- Who sweeps the outbox claims its rows in a transaction of its own, and publishes without one.
ALTER TABLE run.outbox ADD COLUMN swept_at timestamptz; -- when a sweep claimed it last; NULL: never
