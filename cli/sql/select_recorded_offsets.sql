-- $1 topic -> partition, where the recorder reads on, what the message before that looked like.
SELECT partition, next_offset, witness FROM audit.position WHERE topic = $1;
