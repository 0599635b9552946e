-- $1 text[] record ids -> those that are in the trail already.
SELECT record_id FROM audit.record WHERE record_id = ANY ($1::text[]);
