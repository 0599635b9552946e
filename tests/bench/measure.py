"""What a run costs: CPU and memory by process, WAL, rows and bytes by table, what lies in staging. Reads /proc and PostgreSQL's
own figures; nothing here asks the services."""
import math
import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
SERVERS = ("kafka", "postgres", "redis")


def quantile(values, part):
    """The smallest value that this part of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * part) - 1)]


def fields_of(pid):
    """/proc/PID/stat behind the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()


def cpu_of(pid, with_ended_children=False):
    """Seconds of user and system time."""
    fields = fields_of(pid)
    return sum(int(f) for f in fields[11:15 if with_ended_children else 13]) / TICK


def peak_of(pid):
    """The largest resident set so far, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def children_of(pid):
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


class Processes:
    """The services of a fleet, and the servers of the private stack that with-stack started."""

    def __init__(self, fleet):
        self.services = fleet.replicas
        run = Path(os.environ["LONGSHORE_RUN"])
        self.servers = {name: int((run / name / "pid").read_text(encoding="ascii").split()[0]) for name in SERVERS}

    def cpu(self):
        """{name: CPU seconds since its start}. PostgreSQL's backends that ended are counted by their parent."""
        out = {}
        for replica in self.services:
            out[replica.service] = out.get(replica.service, 0) + cpu_of(replica.pid)
        for name, pid in self.servers.items():
            out[name] = cpu_of(pid, with_ended_children=True) + self._sum_of_children(pid)
        return out

    @staticmethod
    def _sum_of_children(pid):
        total = 0
        for child in children_of(pid):
            try:
                total += cpu_of(child)
            except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile: its parent has it now
                continue
        return total

    def peaks(self):
        """{name: bytes}; of several processes the largest one."""
        out = {}
        for replica in self.services:
            out[replica.service] = max(out.get(replica.service, 0), peak_of(replica.pid))
        for name, pid in self.servers.items():
            out[name] = max([peak_of(p) for p in (pid, *children_of(pid)) if os.path.exists(f"/proc/{p}")])
        return out


TABLES = "SELECT schemaname || '.' || relname FROM pg_stat_user_tables ORDER BY 1"


class Tables:
    """Sizes and counts of one database, as they are now."""

    def __init__(self, fleet):
        self.lsn, = fleet.query("SELECT pg_current_wal_lsn() - '0/0'")[0]
        self.pages_in_wal, = fleet.query("SELECT wal_fpi FROM pg_stat_wal")[0]
        self.disk = dict(fleet.query("SELECT schemaname || '.' || relname, pg_total_relation_size(relid) "
                                     "FROM pg_stat_user_tables"))
        self.rows = {}
        for (table,) in fleet.query(TABLES):
            self.rows[table] = fleet.query(f"SELECT count(*), coalesce(sum(pg_column_size(t)), 0)::bigint FROM {table} t")[0]

    def since(self, before):
        """{table: {rows, row_bytes, disk_bytes}}: what has come to it."""
        return {table: {"rows": rows - before.rows.get(table, (0, 0))[0],
                        "row_bytes": size - before.rows.get(table, (0, 0))[1],
                        "disk_bytes": self.disk[table] - before.disk.get(table, 0)}
                for table, (rows, size) in self.rows.items()}


CHANGES = """SELECT schemaname || '.' || relname, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del
             FROM pg_stat_user_tables"""
KINDS = ("inserts", "updates", "hot_updates", "deletes")


def changes(fleet):
    """{table: (inserts, updates, ...)}. A session that lives on reports late: exact once the services have ended."""
    return {table: counts for table, *counts in fleet.query(CHANGES)}


def changes_since(now, before):
    return {table: {kind: n - b for kind, n, b in zip(KINDS, counts, before.get(table, [0] * len(KINDS)))}
            for table, counts in now.items()}


def staged(fleet):
    """Files and directories in staging."""
    return sum(len(directories) + len(names) for _, directories, names in os.walk(fleet.path("staging")))
