-- One of the paths at the location :location that belongs to a delivery other than :delivery_id.
SELECT path FROM run.name_claim
WHERE location = :location AND path = ANY (:path::text[]) AND delivery_id <> :delivery_id ORDER BY path LIMIT 1
