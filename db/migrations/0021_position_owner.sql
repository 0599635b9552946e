-- Whose position it is: several batch services can keep theirs here. An audit-sink of the previous release goes on writing its
-- rows by the old key, which the migration of the next such service drops.
ALTER TABLE audit.position ADD COLUMN service text NOT NULL DEFAULT 'audit-sink';
CREATE UNIQUE INDEX position_of_service ON audit.position (service, topic, partition);
