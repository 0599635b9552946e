-- Inserts in the order of the array. -> id and time (microseconds) of each, in that order
INSERT INTO run.packet (body)
SELECT n.body FROM unnest(:body::bytea[]) WITH ORDINALITY AS n (body, place) ORDER BY n.place
RETURNING id, (extract(epoch FROM stored_at) * 1000000)::bigint AS stored_us
