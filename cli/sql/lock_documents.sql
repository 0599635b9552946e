-- Blocks other applies until the transaction ends. Readers are not blocked.
LOCK TABLE conf.document IN SHARE ROW EXCLUSIVE MODE;
