"""An SFTP server for a test: OpenSSH's, on a free port, as scripts/stack/sshd starts it."""
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from fleet import wait_until

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "stack" / "sshd"


class SftpServer:
    def __init__(self, address="127.0.0.1", wrapper=()):
        """wrapper: command that ends in running the server elsewhere (nsenter)."""
        self.address, self.wrapper = address, wrapper

    def __enter__(self):
        self.dir = Path(tempfile.mkdtemp(prefix="longshore-sshd-"))
        self._log = open(self.dir / "log", "w", encoding="utf-8")
        command = ["setpriv", "--pdeathsig", "TERM", *self.wrapper, SCRIPT, self.dir, self.address]  # it ends with the test, however that ends
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        wait_until(self._is_up, 120, "sshd to answer")
        return self

    def __exit__(self, *_):
        self.thaw()
        self._process.terminate()
        self._process.wait(30)
        self._log.close()
        shutil.rmtree(self.dir)

    def _is_up(self):
        assert self._process.poll() is None, (self.dir / "log").read_text()
        if not (self.dir / "ready").exists():
            return False
        port, self.user, *self.host_keys = (self.dir / "ready").read_text().split()
        self.port = int(port)
        with socket.socket() as s:
            return s.connect_ex((self.address, self.port)) == 0

    def freeze(self):
        """Connections are taken, by the system, and nobody ever answers."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._process.send_signal(signal.SIGCONT)

    @property
    def root(self):
        """What LONGSHORE_DROP_ROOTS and LONGSHORE_SOURCE_ROOTS call it."""
        return f"sftp://{self.address}:{self.port}/"

    def place(self, path, credential="ed25519", host_key=0):
        """The fields of a place on it."""
        return {"url": f"sftp://{self.user}@{self.address}:{self.port}{path}", "credential": credential,
                "host_key": self.host_keys[host_key]}

    def give_credentials(self, key_directory, prefix=""):
        """prefix: of their names, where several servers give theirs."""
        there = Path(key_directory) / "credentials"
        there.mkdir(mode=0o700, exist_ok=True)
        for file in (self.dir / "credentials").iterdir():
            shutil.copy2(file, there / (prefix + file.name))

    def fetch(self, path, to):
        """What OpenSSH's client gets: the file at `path` of the server, written to `to`."""
        known = self.dir / "known"
        key = (self.dir / "host" / "ed25519.pub").read_text().split()[:2]
        known.write_text(f"[{self.address}]:{self.port} {' '.join(key)}\n")
        subprocess.run(["sftp", "-q", "-P", str(self.port), "-i", self.dir / "credentials" / "ed25519.key", "-F", "none",
                        "-o", f"UserKnownHostsFile={known}", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
                        f"{self.user}@{self.address}:{path}", to], check=True, capture_output=True, timeout=60)
        return Path(to).read_bytes()
