"""What setup fetched is what the tree has hashes of, and what it kept is what it put there: one byte more or less is refused."""
import base64
import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "scripts" / "setup"


def flip(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def shell(script, code, root=ROOT, **env):
    """The script with setup's functions; what it says."""
    parts = "".join(f". '{ROOT}/scripts/{p}.sh'\n" for p in ("lib/say", "lib/paths", "lib/tools", "setup/cache", "setup/kafka", "setup/python"))
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", f"{parts}ROOT='{root}'\n{script}"], env=os.environ | env, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.fixture
def entry(tmp_path):
    made = tmp_path / "entry"
    shell(f"make() {{ mkdir \"$1/a b\"; echo one >\"$1/a b/one\"; echo two >\"$1/two\"; }}\ncache_make '{made}' make", 0)
    return made


def test_an_entry_of_the_cache_is_taken_as_it_was_made(entry):
    assert shell(f"cache_verify '{entry}'", 0) == ""
    (entry / "later").write_text("written by use")
    assert shell(f"cache_verify '{entry}'", 0) == ""


@pytest.mark.parametrize("harm", [lambda e: flip(e / "a b/one"), lambda e: (e / "two").unlink(),
                                  lambda e: (e / ".files.sha256").unlink(), lambda e: (e / ".files.sha256").write_text("x")],
                         ids=["flipped", "gone", "no hashes", "other hashes"])
def test_an_entry_that_changed_is_refused_by_name(entry, harm):
    harm(entry)
    said = shell(f"cache_verify '{entry}'", 1)
    assert str(entry) in said and "emove" in said


def test_a_class_archive_that_changed_is_refused(tmp_path):
    archive = tmp_path / "broker.jsa"
    archive.write_bytes(b"classes" * 100)
    shell(f"sha256sum <'{archive}' >'{archive}.sha256'; kafka_archive_verify '{archive}'", 0)
    flip(archive)
    assert "is made again" in shell(f"kafka_archive_verify '{archive}'", 1)


def test_a_jar_that_is_not_of_the_list_is_refused(tmp_path):
    jars = shell("kafka_home", 0).strip()
    mine = tmp_path / "kafka"
    shutil.copytree(Path(jars) / "libs", mine / "libs")
    assert shell(f"kafka_verify '{mine}'", 0) == ""
    one = min((mine / "libs").iterdir(), key=lambda f: f.stat().st_size)
    flip(one)
    assert one.name in shell(f"kafka_verify '{mine}'", 1)
    flip(one)
    (mine / "libs" / "more.jar").write_bytes(b"x")
    assert "more.jar" in shell(f"kafka_verify '{mine}'", 1)
    (mine / "libs" / "more.jar").unlink()
    one.unlink()
    assert one.name in shell(f"kafka_verify '{mine}'", 1)


def test_a_package_that_has_another_hash_is_not_installed(tmp_path):
    wheel = tmp_path / "wheels" / "tiny-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    files = {"tiny.py": b"answer = 42\n", "tiny-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
             "tiny-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    lines = [f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(d).digest()).rstrip(b'=').decode()},{len(d)}\n"
             for n, d in files.items()]
    with zipfile.ZipFile(wheel, "w") as z:
        for name, data in files.items():
            z.writestr(name, data)
        z.writestr("tiny-1.0.dist-info/RECORD", "".join(lines) + "tiny-1.0.dist-info/RECORD,,\n")
    (tmp_path / "scripts/setup").mkdir(parents=True)
    wanted = tmp_path / "scripts/setup/requirements.txt"
    script = f"mkdir '{tmp_path}/venv'; python_make '{tmp_path}/venv' '{tmp_path}/venv'"
    env = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheel.parent)}

    wanted.write_text(f"tiny==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    shell(script, 0, root=tmp_path, **env)
    assert list((tmp_path / "venv").rglob("tiny.py"))
    shutil.rmtree(tmp_path / "venv")
    flip(wheel)
    assert "DO NOT MATCH THE HASHES" in shell(script, 1, root=tmp_path, **env)
    assert not list((tmp_path / "venv").rglob("tiny.py"))
    shutil.rmtree(tmp_path / "venv")
    wanted.write_text("tiny==1.0\n")
    assert "require-hashes" in shell(script, 1, root=tmp_path, **env)


def test_nothing_is_installed_without_a_hash():
    for script in [*SETUP.iterdir(), ROOT / "scripts/bench"]:
        if script.suffix in (".sh", "") and "pip install" in script.read_text():
            assert "--require-hashes" in script.read_text(), script
    jars = (SETUP / "kafka-sha256.txt").read_text().splitlines()
    assert len(jars) > 50 and all(len(line.split("  ")[0]) == 64 for line in jars)
