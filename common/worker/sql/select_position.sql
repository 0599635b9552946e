-- The next offset that :service reads, and the witness of the message before it. No row: start from the beginning.
SELECT next_offset, witness FROM audit.position WHERE service = :service AND topic = :topic AND partition = :partition;
