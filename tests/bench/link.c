/* SPDX-License-Identifier: Apache-2.0
 *
 * A slow line between two network namespaces, for `./dev bench upload --latency`: not every kernel has netem.
 *
 *   link DELAY_MS LOSS_PPM     run as root, in a namespace of its own
 *
 * Makes the device near (10.77.0.1) where it is started, then another namespace with the device far (10.77.0.2), and carries
 * packets between them. Each packet arrives after DELAY_MS; LOSS_PPM of a million towards far are lost. Prints "ready".
 * `nsenter -t PID -n` leads to the far side for as long as it runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { PACKET_MAX = 1600, QUEUE = 4096, MILLION = 1000000 };

struct packet {
	int64_t due_ns;
	size_t n;
	unsigned char bytes[PACKET_MAX];
};

struct way { /* one direction */
	int from, to;
	uint32_t loss_ppm;
	size_t first, count;
	struct packet queue[QUEUE];
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int open_device(const char *name, const char *address)
{
	char command[160];
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	(void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0)
		die("/dev/net/tun");
	(void)snprintf(command, sizeof command,
	        "ip link set lo up && ip addr add %s/24 dev %s && ip link set %s up", address, name,
	        name);
	if (system(command) != 0)
		die(command);
	return fd;
}

/* A fixed sequence, so that each tool loses the same share. */
static bool is_lost(uint32_t loss_ppm)
{
	static uint64_t state = 0x9e3779b97f4a7c15U;
	state = state * 6364136223846793005U + 1442695040888963407U;
	return (state >> 33) % MILLION < loss_ppm;
}

/* Takes what has come. What finds the queue full is lost, as in a router. */
static void take(struct way *w, int64_t delay_ns)
{
	for (;;) {
		static unsigned char spare[PACKET_MAX];
		bool has_room = w->count < QUEUE;
		struct packet *p = &w->queue[(w->first + w->count) % QUEUE];
		ssize_t n = read(w->from, has_room ? p->bytes : spare, PACKET_MAX);
		if (n <= 0)
			return;
		if (!has_room || is_lost(w->loss_ppm))
			continue;
		p->n = (size_t)n;
		p->due_ns = now_ns() + delay_ns;
		w->count++;
	}
}

/* Delivers what is due; nanoseconds to the next packet, -1 if there is none. */
static int64_t give(struct way *w)
{
	while (w->count > 0) {
		const struct packet *p = &w->queue[w->first];
		int64_t left = p->due_ns - now_ns();
		if (left > 0)
			return left;
		if (write(w->to, p->bytes, p->n) < 0 && errno != EAGAIN && errno != EIO)
			die("write a packet");
		w->first = (w->first + 1) % QUEUE;
		w->count--;
	}
	return -1;
}

static void carry(struct way ways[2], int64_t delay_ns)
{
	struct pollfd fds[2] = {{ways[0].from, POLLIN, 0}, {ways[1].from, POLLIN, 0}};
	for (;;) {
		int64_t there = give(&ways[0]), back = give(&ways[1]);
		int64_t left = there < 0 || (back >= 0 && back < there) ? back : there;
		const struct timespec wait = {left / 1000000000, left % 1000000000};
		if (ppoll(fds, 2, left < 0 ? NULL : &wait, NULL) < 0 && errno != EINTR)
			die("poll");
		take(&ways[0], delay_ns);
		take(&ways[1], delay_ns);
	}
}

int main(int argc, char **argv)
{
	static struct way ways[2];
	if (argc != 3) {
		(void)fprintf(stderr, "usage: link DELAY_MS LOSS_PPM\n");
		return 2;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	int near = open_device("near", "10.77.0.1");
	if (unshare(CLONE_NEWNET) != 0)
		die("a network namespace");
	int far = open_device("far", "10.77.0.2");
	ways[0] = (struct way){
	        .from = near, .to = far, .loss_ppm = (uint32_t)strtoul(argv[2], NULL, 10)};
	ways[1] = (struct way){.from = far, .to = near};
	(void)printf("ready\n");
	(void)fflush(stdout);
	carry(ways, strtol(argv[1], NULL, 10) * 1000000);
	return 0;
}
