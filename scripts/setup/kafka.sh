# shellcheck shell=bash
# Apache Kafka's jars by Maven, a formatted log directory to copy, and a class archive that
# makes the broker start in half the time. Each jar has its hash in kafka-sha256.txt; of Maven's own plugins, which no list here
# names, Maven checks the checksums that their repository tells (-C).

KAFKA_SIZE="60 MB to download, 55 MB on disk"

kafka_make() { # DIRECTORY ENTRY
	local dir=$1 downloads=$CACHE/maven
	mvn -q -B -C -f "$ROOT/scripts/setup/kafka-pom.xml" -Dmaven.repo.local="$downloads" \
		dependency:copy-dependencies -DoutputDirectory="$dir/libs" </dev/null >"$SETUP_TMP/maven-log" 2>&1 || {
		tail -n 20 "$SETUP_TMP/maven-log" >&2
		return 1
	}
	kafka_verify "$dir" && kafka_format "$dir" && rm -rf "$downloads"
}

# kafka_verify DIRECTORY: its jars are those of the list, all of them and no others.
kafka_verify() {
	local said
	said=$(cd "$1/libs" && diff <(LC_ALL=C sha256sum -- *) "$ROOT/scripts/setup/kafka-sha256.txt") || {
		printf '%s\n' "$said" >&2
		say "Kafka's jars are not those of scripts/setup/kafka-sha256.txt (< what was found, > what the list has): what Maven fetched is not taken"
		return 1
	}
}

# Ports and addresses are in none of the files that formatting writes, so one copy serves all.
kafka_format() { # DIRECTORY
	cat >"$SETUP_TMP/format.properties" <<-P
		process.roles=broker,controller
		node.id=1
		controller.quorum.voters=1@127.0.0.1:1
		listeners=PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:1
		controller.listener.names=CONTROLLER
		log.dirs=$(java_property "$1")/formatted
	P
	"$(java_bin)" -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
		-Dlog4j2.configurationFile="$ROOT/scripts/stack/log4j2.properties" -cp "$1/libs/*" \
		kafka.tools.StorageTool format -t "$(kafka_cluster_id)" -c "$SETUP_TMP/format.properties" \
		</dev/null >"$SETUP_TMP/format-log" 2>&1 || {
		tail -n 20 "$SETUP_TMP/format-log" >&2
		return 1
	}
}

kafka_cluster_id() { head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | tr -d '='; }

kafka_install() {
	say "fetching Kafka by Maven"
	cache_make "$(kafka_home)" kafka_make ||
		die "Maven could not fetch Kafka; see above. It needs a way to the central Maven repository (a mirror is set in ~/.m2/settings.xml)"
}

# A broker is started once and writes the archive of its classes as it stops. Without one all
# works too, only slower; so a failure here is no more than a warning.
kafka_archive_install() {
	local archive=$1 run=$SETUP_TMP/run stack=$ROOT/scripts/stack/stack
	say "preparing a quick start of Kafka"
	if LONGSHORE_RUN=$run LONGSHORE_KAFKA_JVM="-XX:ArchiveClassesAtExit=$archive.making" \
		"$stack" start-kafka >"$SETUP_TMP/archive-log" 2>&1 &&
		LONGSHORE_RUN=$run "$stack" stop-kafka >>"$SETUP_TMP/archive-log" 2>&1 && [ -s "$archive.making" ]; then
		(cd "${archive%/*}" && sha256sum <"$archive.making" >"$archive.sha256")
		mv "$archive.making" "$archive"
	else
		tail -n 5 "$SETUP_TMP/archive-log" >&2
		warn "no class archive for Kafka could be made; it will start more slowly"
		: >"$archive"
		sha256sum <"$archive" >"$archive.sha256"
	fi
	LONGSHORE_RUN=$run "$stack" wipe >/dev/null 2>&1 || true
}

kafka_archive_verify() { # ARCHIVE
	sha256sum --quiet --status -c "$1.sha256" <"$1" || die "$1 is not what was put there: remove it, and it is made again"
}
