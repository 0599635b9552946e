-- -> version, is a standby, clock (Unix ms), synchronous_standby_names, synchronous_commit, fsync and full_page_writes both on,
-- standbys that follow synchronously (NULL: this role may not see).
SELECT current_setting('server_version'), pg_is_in_recovery(), (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
	current_setting('synchronous_standby_names'), current_setting('synchronous_commit'),
	current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on',
	CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN
		(SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')) END;
