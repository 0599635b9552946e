-- Which of the record ids $1 are in the trail.
SELECT record_id FROM audit.record WHERE record_id = ANY ($1::text[]);
