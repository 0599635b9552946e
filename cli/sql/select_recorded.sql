-- Which of the record ids :ids are in the trail.
SELECT record_id FROM audit.record WHERE record_id = ANY (:ids::text[]);
