-- Those of the records :record_id that are in the trail already.
SELECT record_id FROM audit.record WHERE record_id = ANY (:record_id::text[]);
