-- The answer to the decision :word about the delivery: the scheduler's newest answers (NULL: none), and the answer in the trail if
-- there is one: carried_out or refused, reason, detail.
SELECT (SELECT answers FROM run.state WHERE delivery_id = :delivery) AS answers, a.answer, a.reason, a.detail
FROM (SELECT) AS one LEFT JOIN (SELECT facts ->> 'answer' AS answer, reason, detail FROM audit.record
	WHERE delivery_id = :delivery AND facts ->> 'word' = :word LIMIT 1) AS a ON true;
