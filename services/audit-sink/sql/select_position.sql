-- The next offset to read, and what the message before it looked like; no row: from the beginning.
SELECT next_offset, witness FROM audit.position WHERE topic = :topic AND partition = :partition;
