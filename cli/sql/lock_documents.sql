-- Nobody else applies until the transaction ends; readers are not held up.
LOCK TABLE conf.document IN SHARE ROW EXCLUSIVE MODE;
