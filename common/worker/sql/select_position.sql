-- The next offset that :service reads, and what the message before it looked like; no row: from the beginning.
SELECT next_offset, witness FROM audit.position WHERE service = :service AND topic = :topic AND partition = :partition;
