-- Those of the records :record_id that are already in the audit trail.
SELECT record_id FROM audit.record WHERE record_id = ANY (:record_id::text[]);
