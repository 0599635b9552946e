"""Certificates for servers of a test, by the openssl command: a CA, what it signs, and a CA that nobody trusts."""
import os
import subprocess
from pathlib import Path


def openssl(*args, directory):
    done = subprocess.run(["openssl", *map(str, args)], cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          check=False)
    assert done.returncode == 0, done.stderr


class Authority:
    """A CA in a directory of its own; `file` is its certificate."""

    def __init__(self, directory, name="ca"):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.file = self.directory / f"{name}.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                "-out", self.file, directory=self.directory)

    def sign(self, name, *alternatives):
        """(certificate, key) of a server or client; alternatives: "DNS:localhost", "IP:127.0.0.1"."""
        certificate, key = (self.directory / f"{name}.{end}" for end in ("crt", "key"))
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={','.join(alternatives)}\n" if alternatives else "")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", f"{name}.csr",
                directory=self.directory)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", self.file, "-CAkey", f"{self.name}.key", "-CAcreateserial", "-days",
                "30", "-extfile", extensions, "-out", certificate, directory=self.directory)
        os.chmod(key, 0o600)
        return certificate, key
