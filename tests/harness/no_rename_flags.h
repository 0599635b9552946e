/* SPDX-License-Identifier: Apache-2.0
 * From here on the process, all its threads and whatever it starts live as on NFS: the kernel answers
 * EINVAL to each rename that has a flag. It cannot be taken back. */
#ifndef TESTS_HARNESS_NO_RENAME_FLAGS_H
#define TESTS_HARNESS_NO_RENAME_FLAGS_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The low half of the flags: there are no others. */
#define FLAGS_AT (offsetof(struct seccomp_data, args[4]))

static inline bool refuse(int number, size_t argument_at, int errnum)
{
	struct sock_filter code[] = {
	        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 3),
	        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)argument_at),
	        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)errnum),
	        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static inline bool no_rename_flags(void)
{
	return refuse(SYS_renameat2, FLAGS_AT, EINVAL);
}

/* As on FAT: its first argument, a directory, is never 0. */
static inline bool no_hard_links(void)
{
	return refuse(SYS_linkat, offsetof(struct seccomp_data, args[0]), EPERM);
}

#endif
