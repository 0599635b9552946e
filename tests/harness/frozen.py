"""File systems that hang: a freeze stops every write below a mount, uninterruptibly, until the thaw."""
import contextlib
import os
import subprocess

MEGABYTES = 16


class MountRefused(Exception):
    """By the container's runtime, most likely: it takes CAP_SYS_ADMIN and a loop device."""


class Mount:
    def __init__(self, path):
        self.path, self._image, self._is_frozen = path, f"{path}.img", False

    def __enter__(self):
        os.makedirs(self.path)
        with open(self._image, "wb") as f:
            f.truncate(MEGABYTES << 20)
        subprocess.run(["mkfs.ext4", "-q", self._image], check=True, stdin=subprocess.DEVNULL)
        done = subprocess.run(["mount", "-o", "loop", self._image, self.path], check=False, capture_output=True, text=True)
        if done.returncode:
            raise MountRefused(done.stderr)
        return self

    def freeze(self):
        subprocess.run(["fsfreeze", "-f", self.path], check=True)
        self._is_frozen = True

    def thaw(self):
        subprocess.run(["fsfreeze", "-u", self.path], check=True)
        self._is_frozen = False

    def __exit__(self, *_):
        if self._is_frozen:
            self.thaw()
        subprocess.run(["umount", "-l", self.path], check=False)  # lazily: who still writes there ends first
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._image)
