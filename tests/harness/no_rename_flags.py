"""Runs a program as on NFS: the kernel answers EINVAL to each rename that has a flag.

usage: no_rename_flags.py PROGRAM [ARGUMENT...]
"""
import ctypes
import errno
import os
import platform
import struct
import sys

RENAMEAT2 = {"x86_64": 316, "aarch64": 276}[platform.machine()]
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
NUMBER_AT, FLAGS_AT = 0, 16 + 4 * 8
ALLOW, ERRNO = 0x7FFF0000, 0x00050000

FILTER = [(LOAD, 0, 0, NUMBER_AT), (EQUAL, 0, 3, RENAMEAT2), (LOAD, 0, 0, FLAGS_AT), (EQUAL, 1, 0, 0),
          (RETURN, 0, 0, ERRNO | errno.EINVAL), (RETURN, 0, 0, ALLOW)]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def refuse():
    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(FILTER), b"".join(struct.pack("=HBBI", *line) for line in FILTER))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), "seccomp")


if __name__ == "__main__":
    refuse()
    os.execv(sys.argv[1], sys.argv[1:])
