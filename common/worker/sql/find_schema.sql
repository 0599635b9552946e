-- The schema that an event was written with.
SELECT schema FROM event.schema WHERE fingerprint = :fingerprint
