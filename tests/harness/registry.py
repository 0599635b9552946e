"""services/registry.toml, as the build reads it: the one list of services."""
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS = tomllib.loads((ROOT / "services/registry.toml").read_text(encoding="utf-8"))
SERVICES = tuple(ROWS["services"])
STAGING_OWNERS = {prefix: name for name, row in ROWS["services"].items() for prefix in row.get("stages", ())}
STAGING_USERS = tuple(name for name, row in ROWS["services"].items() if row.get("stages") or row.get("opens"))
TASKS = tuple((ROWS["topics"][topic]["events"][0], topic) for row in ROWS["services"].values() if row["kind"] == "task"
              for topic in row["reads"])  # (event, topic)


def partitions_read(service):
    """Of all topics that it reads."""
    return sum(ROWS["topics"][topic]["partitions"] for topic in ROWS["services"][service]["reads"])


def keys():
    """{(service, key file)} as `longshore keys init` writes them."""
    held = set()
    for name, row in ROWS["services"].items():
        prefixes = [*row.get("stages", ()), *row.get("opens", ())]
        files = [f"staging-{p}.key" for p in prefixes] + row.get("writes_with", []) + row.get("reads_with", [])
        held |= {(name, file) for file in files + (["identity.key"] if prefixes else [])}
    return held
