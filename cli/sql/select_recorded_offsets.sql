-- Where the recorder reads on in each partition, and what the message before that looked like.
SELECT partition, next_offset, witness FROM audit.position WHERE service = 'audit-sink' AND topic = :topic;
