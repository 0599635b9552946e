-- The recorder's next offset in each partition, and the message before it.
SELECT partition, next_offset, witness FROM audit.position WHERE service = 'audit-sink' AND topic = :topic;
