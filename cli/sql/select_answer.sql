-- $1 delivery, $2 identity of a word to it -> the scheduler's newest answers (NULL: none), and of the trail, where it has the answer to
-- this word: carried_out or refused, reason, detail.
SELECT (SELECT answers FROM run.state WHERE delivery_id = $1), a.answer, a.reason, a.detail
FROM (SELECT) AS one LEFT JOIN (SELECT facts ->> 'answer' AS answer, reason, detail FROM audit.record
	WHERE delivery_id = $1 AND facts ->> 'word' = $2 LIMIT 1) AS a ON true;
