# shellcheck shell=bash
# What exec and shell talk to: the stack's own, or what the last demo left on it. Needs say.sh.

STACK=$(cd "$(dirname "${BASH_SOURCE[0]}")/../stack" && pwd)/stack

# talk_choose WORD: true if the word was one of ours.
talk_choose() {
	TALKS_TO=''
	case $1 in
	--stack | --demo) TALKS_TO=${1#--} ;;
	*) return 1 ;;
	esac
}

# talk_begin: takes on the environment, and says whose it is.
talk_begin() {
	local environment
	"$STACK" status >/dev/null || die "not all servers are running ('./dev status' tells); start them with ./dev up"
	[ -n "$TALKS_TO" ] || TALKS_TO=$("$STACK" talks-to)
	environment=$(LONGSHORE_PRESET=${LONGSHORE_PRESET:-release} "$STACK" env "$TALKS_TO")
	eval "$environment"
	case $TALKS_TO in
	demo) say "$PROGRAM: on what the last demo left; its services are stopped (--stack: the stack's own)" ;;
	*) say "$PROGRAM: on the stack in $LONGSHORE_RUN" ;;
	esac
}
