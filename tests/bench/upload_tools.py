"""The servers and tools of `./dev bench upload`. Each tool gets the flags that make it fastest here; the comment beside them says why."""
import hashlib
import os
import shlex
import shutil
import subprocess
from pathlib import Path

from sftp_server import SftpServer

BENCH = Path(os.environ.get("LONGSHORE_BUILD", "build/release")) / "tests" / "bench_upload"


def sha256_of(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


class Tool:
    """prepare(run, files): makes what the run needs, and gives the shell command that is measured."""

    def __init__(self, name, prepare):
        self.name, self.prepare = name, prepare


class Ours:
    """The uploader's code in a process of its own (upload.c). What it uploads is staged before, sealed, as the formatter does."""

    def __init__(self, folder, env):
        self.name, self.folder, self.env = "longshore", folder, env
        folder.mkdir()

    def stage(self, files):
        subprocess.run([BENCH, "stage", self.folder, *files], check=True)
        return self

    def give(self, credentials):
        shutil.copytree(credentials, self.folder / "keys" / "uploader" / "credentials")
        return self

    def prepare(self, run, _):
        settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in self.env.items())
        return f"exec env {settings} {shlex.quote(str(BENCH))} send {shlex.quote(str(self.folder))} {run}"


class Sftp:
    """OpenSSH's server."""

    name = "sftp"

    def __init__(self, folder, host):
        self.folder, self.server, self.count = folder, SftpServer(*host), 0

    def __enter__(self):
        self.server.__enter__()
        self.root = self.folder / "sftp"
        self.root.mkdir()
        self.key = self.server.dir / "credentials" / "ed25519.key"
        self.known = self.server.dir / "known"
        keys = [(self.server.dir / "host" / f"{kind}.pub").read_text().split()[:2] for kind in ("ed25519", "ecdsa", "rsa")]
        self.known.write_text("".join(f"[{self.server.address}]:{self.server.port} {' '.join(key)}\n" for key in keys))
        return self

    def __exit__(self, *how):
        return self.server.__exit__(*how)

    def compare(self, run, files):
        for path in files:
            there = self.root / run / path.name
            assert sha256_of(there) == sha256_of(path), there

    def forget(self, run):
        shutil.rmtree(self.root / run)

    def tools(self, files, with_peers):
        self.count += 1
        place = self.server.place(f"{self.root}/")
        ours = Ours(self.folder / f"ours-sftp-{self.count}", {
            "LONGSHORE_DROP_ROOTS": self.server.root, "BENCH_URL": place["url"], "BENCH_CREDENTIAL": place["credential"],
            "BENCH_HOST_KEY": place["host_key"]}).stage(files).give(self.server.dir / "credentials")
        if not with_peers:
            return [ours]
        tools = [ours, Tool("sftp", self.openssh), Tool("sftp+check", self.openssh_checked)]
        return tools + ([Tool("rclone", self.rclone)] if shutil.which("rclone") else [])

    # aes128-gcm is the cheapest cipher where processors have AES; 256 requests of 255 KiB keep the line full.
    def client(self, batch):
        return (f"sftp -q -b {shlex.quote(str(batch))} -B 261120 -R 256 -c aes128-gcm@openssh.com -P {self.server.port} -i {self.key} -F none "
                f"-o UserKnownHostsFile={self.known} -o IdentitiesOnly=yes {self.server.user}@{self.server.address}")

    def openssh(self, run, files):
        batch = self.folder / f"{run}.batch"
        batch.write_text(f"mkdir {self.root}/{run}\n" + "".join(f"put {p} {self.root}/{run}/{p.name}\n" for p in files))
        return f"exec {self.client(batch)}"

    def openssh_checked(self, run, files):
        batch, back = self.folder / f"{run}.batch", self.folder / f"{run}.back"
        back.mkdir()
        batch.write_text(f"mkdir {self.root}/{run}\n" + "".join(
            f"put {p} {self.root}/{run}/{p.name}\nget {self.root}/{run}/{p.name} {back}/{p.name}\n" for p in files))
        (self.folder / f"{run}.sums").write_text("".join(f"{sha256_of(p)}  {back}/{p.name}\n" for p in files))
        return f"{self.client(batch)} && sha256sum --quiet -c {self.folder}/{run}.sums && rm -r {back}"

    # No listing before, several files at once, large packets: what rclone's pages recommend for speed.
    def rclone(self, run, files):
        remote = (f":sftp,host={self.server.address},port={self.server.port},user={self.server.user},key_file={self.key},known_hosts_file={self.known},"
                  f"shell_type=none,chunk_size=255k,concurrency=64:{self.root}/{run}")
        return (f"exec rclone --config /dev/null copy --transfers 8 --no-traverse --no-check-dest --ignore-times --sftp-disable-hashcheck "
                f"{shlex.quote(str(files[0].parent))} {shlex.quote(remote)}")


SERVERS = {"sftp": Sftp}


def servers_of(only, folder, host):
    """host: (address, command that runs a server there)."""
    names = only.split(",") if only else list(SERVERS)
    return [SERVERS[name](folder, host) for name in names]


class Line:
    """A line with latency and loss to another host, which is a network namespace (link.c). This process must have one of its own."""

    def __init__(self, delay_ms, loss_ppm):
        self.command = [BENCH.parent / "bench_link", str(delay_ms), str(loss_ppm)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n", "the line to the other host cannot be made"
        return "10.77.0.2", ("nsenter", "-t", str(self.process.pid), "-n")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
