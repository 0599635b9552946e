-- The record ids among :ids that are in the trail.
SELECT record_id FROM audit.record WHERE record_id = ANY (:ids::text[]);
