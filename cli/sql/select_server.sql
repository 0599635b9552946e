-- The server and its settings. is_durable: fsync and full_page_writes are both on. standbys: the synchronous ones; NULL if this role
-- may not see them.
SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS is_standby,
	(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms,
	current_setting('synchronous_standby_names') AS standby_names, current_setting('synchronous_commit') AS commit,
	current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AS is_durable,
	CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN
		(SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')) END AS standbys;
