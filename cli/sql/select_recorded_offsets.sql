-- $1 topic -> partition, where the recorder reads on.
SELECT partition, next_offset FROM audit.position WHERE topic = $1;
