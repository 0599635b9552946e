# shellcheck shell=bash
# Kafka: one node that is broker and controller.
# shellcheck disable=SC2034  # server.sh reads the settings

kafka_PORTS=2
kafka_SIGNAL="TERM 60"

# The log directory is a copy of the one that setup formatted, with a cluster id of its own, so
# that a client of another stack cannot take this one for its own.
kafka_configure() {
	local dir id
	dir=$(server_dir kafka)
	if [ ! -d "$dir/data" ]; then
		if [ ! -d "$(kafka_home)/formatted" ] || [ ! -x "$(venv_python)" ]; then
			die "Kafka or the Python environment is not installed; run ./dev up, which installs them"
		fi
		rm -rf "$dir/data.new"
		cp -r "$(kafka_home)/formatted" "$dir/data.new"
		id=$(head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | tr -d '=')
		sed -i "s/^cluster\.id=.*/cluster.id=$id/" "$dir/data.new/meta.properties"
		mv -T "$dir/data.new" "$dir/data"
	fi
	kafka_settings "$dir" "$(server_port kafka)" "$(server_port kafka 1)" >"$dir/server.properties"
}

kafka_settings() { # DIR PORT CONTROLLER_PORT
	cat <<-P
		process.roles=broker,controller
		node.id=1
		controller.quorum.voters=1@127.0.0.1:$3
		listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
		advertised.listeners=PLAINTEXT://127.0.0.1:$2
		controller.listener.names=CONTROLLER
		listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
		inter.broker.listener.name=PLAINTEXT
		log.dirs=$(java_property "$1")/data
		# only our own command makes topics
		auto.create.topics.enable=false
		num.partitions=1
		# one node
		default.replication.factor=1
		min.insync.replicas=1
		offsets.topic.replication.factor=1
		offsets.topic.num.partitions=4
		transaction.state.log.replication.factor=1
		transaction.state.log.min.isr=1
		transaction.state.log.num.partitions=4
		share.coordinator.state.topic.replication.factor=1
		share.coordinator.state.topic.min.isr=1
		# groups form and lose members at once
		group.initial.rebalance.delay.ms=0
		group.min.session.timeout.ms=1000
		# A broker that is silent for so long loses its partitions, on a busy machine too. One that was killed
		# and started again waits for as long at most.
		broker.session.timeout.ms=6000
		broker.heartbeat.interval.ms=500
		# small
		num.network.threads=2
		num.io.threads=4
		background.threads=2
		num.recovery.threads.per.data.dir=2
		log.cleaner.threads=1
		log.cleaner.dedupe.buffer.size=16777216
		log.cleaner.backoff.ms=2000
		log.segment.bytes=67108864
		log.index.size.max.bytes=1048576
		queued.max.requests=100
	P
}

kafka_launch() {
	local dir home archive options
	dir=$(server_dir kafka)
	home=$(kafka_home)
	archive=$(kafka_archive)
	options=(-Xms128m "-Xmx${LONGSHORE_KAFKA_HEAP:-384m}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1
		-XX:MaxMetaspaceSize=160m -Xss512k -Djava.net.preferIPv4Stack=true
		"-Dlog4j2.configurationFile=$ROOT/scripts/stack/log4j2.properties")
	[ ! -s "$archive" ] || options+=("-XX:SharedArchiveFile=$archive" -Xshare:auto)
	[ -z "${LONGSHORE_KAFKA_JVM:-}" ] || options+=("$LONGSHORE_KAFKA_JVM")
	process_spawn "$dir" "$(java_bin)" "${options[@]}" -cp "$home/libs/*" kafka.Kafka "$dir/server.properties"
}

# The log line says that our own broker holds its ports, the request that it answers.
kafka_ready() {
	grep -qs 'Kafka Server started' "$(server_dir kafka)/server.log" &&
		"$(venv_python)" -I "$ROOT/scripts/stack/kafka-answers.py" "127.0.0.1:$(server_port kafka)" 2>/dev/null
}

kafka_finish() { :; }
