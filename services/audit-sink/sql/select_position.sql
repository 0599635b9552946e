-- $1 topic, $2 partition -> next offset to read; no row: from the beginning.
SELECT next_offset FROM audit.position WHERE topic = $1 AND partition = $2;
