-- A path of $2 at the location $1 that belongs to another delivery than $3.
SELECT path FROM run.name_claim
WHERE location = $1 AND path = ANY ($2::text[]) AND delivery_id <> $3 ORDER BY path LIMIT 1
