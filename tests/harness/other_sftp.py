"""other_sftp.py DIR [QUIRK...]: an SFTP server that shares no code with OpenSSH's (asyncssh), in front, on a free port of the
loopback interface. It makes in DIR what scripts/stack/sshd makes there: `credentials/`, and last of all `ready`.

Quirks, as real servers have them:
  password    lets in by password only
  questions   lets in by keyboard-interactive questions only
  nosync      does not have fsync@openssh.com
  overwrites  its rename replaces what is there
  nolinks     has no hard links
  shares      creates a file "exclusively" that is there already
  nosize      does not say how long a file is
  full        has no room behind a file's first 64 KiB
  nodirs      lets nobody make directories, other than hidden ones
  follows     answers LSTAT for what a link leads to, as ProFTPD 1.3.8 does
  nolookup    does not say where a link leads to
  hidelinks   lets nobody ask where a link leads to
"""
import asyncio
import getpass
import os
import pathlib
import secrets
import sys

import asyncssh
from asyncssh.sftp import SFTPServerHandler

QUIRKS = {"password", "questions", "nosync", "overwrites", "nolinks", "shares", "nosize", "full", "nodirs", "follows", "nolookup", "hidelinks"}
ROOM = 64 * 1024


def private(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


class Files(asyncssh.SFTPServer):
    """Its rename refuses an existing target, as the protocol's version 3 says."""

    def rename(self, oldpath, newpath):
        new = self.map_path(newpath)
        if "overwrites" not in CHOSEN and os.path.lexists(new):
            raise asyncssh.SFTPFailure("it is there")
        os.rename(self.map_path(oldpath), new)

    def link(self, oldpath, newpath):
        if "nolinks" in CHOSEN:
            raise asyncssh.SFTPOpUnsupported("no hard links")
        super().link(oldpath, newpath)

    def open(self, path, pflags, attrs):
        if "shares" in CHOSEN:
            pflags &= ~asyncssh.FXF_EXCL
        return super().open(path, pflags, attrs)

    def lstat(self, path):
        return super().stat(path) if "follows" in CHOSEN else super().lstat(path)

    def readlink(self, path):
        if "nolookup" in CHOSEN:
            raise asyncssh.SFTPOpUnsupported("no READLINK")
        if "hidelinks" in CHOSEN:
            raise asyncssh.SFTPPermissionDenied("READLINK is not allowed")
        return super().readlink(path)

    def fstat(self, file_obj):
        facts = super().fstat(file_obj)
        if "nosize" in CHOSEN:
            return asyncssh.SFTPAttrs(permissions=facts.st_mode)
        return facts

    def write(self, file_obj, offset, data):
        if "full" in CHOSEN and offset + len(data) > ROOM:
            raise asyncssh.SFTPFailure("no room")
        return super().write(file_obj, offset, data)

    def mkdir(self, path, attrs):
        if "nodirs" in CHOSEN and not os.path.basename(path).startswith(b"."):
            raise asyncssh.SFTPPermissionDenied("not yours")
        return super().mkdir(path, attrs)


class Door(asyncssh.SSHServer):
    def __init__(self, key, password):
        self.key, self.password = key, password

    def begin_auth(self, username):
        return True

    def public_key_auth_supported(self):
        return not CHOSEN & {"password", "questions"}

    def validate_public_key(self, username, key):
        return key.public_data == self.key.public_data

    def password_auth_supported(self):
        return "password" in CHOSEN

    def validate_password(self, username, password):
        return secrets.compare_digest(password, self.password)

    def kbdint_auth_supported(self):
        return "questions" in CHOSEN

    def get_kbdint_challenge(self, username, lang, submethods):
        return "", "", "en", [("User:", True), ("Password:", False)]

    def validate_kbdint_response(self, username, responses):
        return list(responses) == ["", self.password]


async def serve(folder):
    credentials = folder / "credentials"
    credentials.mkdir(mode=0o700, exist_ok=True)
    host, own, password = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519"), secrets.token_hex(8)
    private(credentials / "ed25519.key", own.export_private_key().decode())
    private(credentials / "right.password", password + "\n")
    private(credentials / "wrong.password", password[::-1] + "x\n")
    unwanted = {b"fsync@openssh.com": "nosync", b"hardlink@openssh.com": "nolinks"}
    SFTPServerHandler._extensions = [e for e in SFTPServerHandler._extensions if unwanted.get(e[0]) not in CHOSEN]
    server = await asyncssh.listen("127.0.0.1", 0, server_factory=lambda: Door(own.convert_to_public(), password),
                                   server_host_keys=[host], sftp_factory=Files, process_factory=None, allow_scp=False)
    lines = [server.get_port(), getpass.getuser(), host.get_fingerprint("sha256")]
    (folder / "ready.new").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "ready.new").rename(folder / "ready")
    await server.wait_closed()


if __name__ == "__main__":
    CHOSEN = set(sys.argv[2:])
    if len(sys.argv) < 2 or CHOSEN - QUIRKS:
        sys.exit(__doc__)
    asyncio.run(serve(pathlib.Path(sys.argv[1])))
