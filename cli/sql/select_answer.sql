-- What became of the word :word to the delivery: the scheduler's newest answers (NULL: none); and of the trail, where it has the
-- answer to this word: carried_out or refused, reason, detail.
SELECT (SELECT answers FROM run.state WHERE delivery_id = :delivery) AS answers, a.answer, a.reason, a.detail
FROM (SELECT) AS one LEFT JOIN (SELECT facts ->> 'answer' AS answer, reason, detail FROM audit.record
	WHERE delivery_id = :delivery AND facts ->> 'word' = :word LIMIT 1) AS a ON true;
