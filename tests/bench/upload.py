#!/usr/bin/env python3
"""Uploads in one run against the same server: the uploader's own code, and the tools that people use by hand.

    upload.py [--runs 5] [--scale 1.0] [--latency] [--only sftp] [--no-peers] [--json FILE]

Two cases: one file of 1 GiB (one), 200 files of 5 MiB (many). For each case the tools take turns, so that all of them see the same
load of the machine; the figures are those of each tool's median run. CPU seconds and memory are those of the tool's own
processes, the server's are not counted. Ours reads each file back and compares its hash before it counts as uploaded. Of
the peers, `sftp+check` does the same by hand: it uploads, fetches, and hashes.

With --latency the server is on another host: a network namespace, 40 ms (there and back) away, on a line that loses 1 % of the
packets towards it. That needs root. Such a line is slow, so --scale is 1/64 unless it is given.
"""
import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "harness"))

from upload_tools import BENCH, Line, servers_of  # noqa: E402

MIB = 1 << 20
ONE_WAY_MS, LOSS_PPM = 20, 10_000
CASES = {"one": (1, 1024 * MIB), "many": (200, 5 * MIB)}


def figures_of(case, tool, size, wall, cpu, peak_kb):
    """One line of the report."""
    return {"case": case, "tool": tool, "mb_s": size / 1e6 / wall, "cpu_s": cpu, "peak_mb": peak_kb / 1024}


def median_of(runs):
    """The run whose speed is the median; of an even number of runs the slower one of the two in the middle."""
    middle = statistics.median_low(r["mb_s"] for r in runs)
    return next(r for r in runs if r["mb_s"] == middle)


def against_peers(medians, ours="longshore"):
    """{case: (best peer, ours / best in MB/s, ours / best in CPU)}."""
    out = {}
    for case in dict.fromkeys(m["case"] for m in medians):
        mine = [m for m in medians if m["case"] == case and m["tool"] == ours]
        others = [m for m in medians if m["case"] == case and m["tool"] != ours]
        if mine and others:
            best = max(others, key=lambda m: m["mb_s"])
            out[case] = (best["tool"], mine[0]["mb_s"] / best["mb_s"], mine[0]["cpu_s"] / best["cpu_s"])
    return out


def scaled(case, scale):
    """(files, bytes of each): a part of the case. One file gets smaller, of many there are fewer."""
    count, each = CASES[case]
    return (1, max(MIB, int(each * scale))) if count == 1 else (max(2, round(count * scale)), each)


def make_files(folder, count, size):
    folder.mkdir()
    paths = [folder / f"f{i:04d}.bin" for i in range(count)]
    for path in paths:
        with open(path, "wb") as f:
            for at in range(0, size, MIB):
                f.write(os.urandom(min(MIB, size - at)))
    return paths


def measured(command, log):
    """(wall, CPU, peak in KiB) of a shell command with all its children."""
    figures = log.with_suffix(".figures")
    with open(log, "wb") as out:
        done = subprocess.run([BENCH, "measure", figures, "/bin/bash", "-c", command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                              check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {command}: exit code {done.returncode}\n{log.read_text(errors='replace')[-3000:]}")
    return tuple(float(word) for word in figures.read_text().split())


class Bench:
    def __init__(self, args, folder):
        self.args, self.folder, self.number, self.lines = args, Path(folder), 0, []

    def one_run(self, server, tool, case, files, size):
        """Prepares, which is not measured; runs; and compares what has arrived."""
        self.number += 1
        run = f"r{self.number:04d}"
        command = tool.prepare(run, files)
        figures = figures_of(f"{server.name}-{case}", tool.name, size, *measured(command, self.folder / f"{run}.log"))
        server.compare(run, files)
        server.forget(run)
        return figures

    def case(self, server, case):
        count, each = scaled(case, self.args.scale)
        files = make_files(self.folder / f"{server.name}-{case}", count, each)
        tools = server.tools(files, self.args.peers)
        runs = {tool.name: [] for tool in tools}
        for _ in range(self.args.runs):
            for tool in tools:
                runs[tool.name].append(self.one_run(server, tool, case, files, count * each))
        for line in map(median_of, runs.values()):
            self.lines.append(line)
            print(f"{line['case']:10} {line['tool']:12} {line['mb_s']:8.1f} MB/s {line['cpu_s']:8.2f} s of CPU {line['peak_mb']:7.1f} MiB",
                  flush=True)
        for path in files:
            path.unlink()


def own_network():
    """This program again, in a network namespace of its own."""
    if os.environ.get("BENCH_NETWORK") == "own":
        return
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        sys.exit("bench: --latency needs root, and /dev/net/tun")
    os.execvpe("unshare", ["unshare", "--net", sys.executable, *sys.argv], os.environ | {"BENCH_NETWORK": "own"})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each tool and case")
    parser.add_argument("--scale", type=float, help="of the amount of data (default 1; with --latency 1/64)")
    parser.add_argument("--latency", action="store_true", help="over a line with latency and loss")
    parser.add_argument("--only", help="servers, with commas between (default: all that can be had)")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="ours alone")
    parser.add_argument("--folder", help="where data and servers have their files (default: the system's place for temporary ones)")
    parser.add_argument("--json", metavar="FILE", help="the figures, for a program")
    args = parser.parse_args()
    args.scale = args.scale if args.scale is not None else 1 / 64 if args.latency else 1.0
    if args.runs < 1 or args.scale <= 0:
        parser.error("at least one run, and a scale above 0")
    if args.latency:
        own_network()
    line = Line(ONE_WAY_MS, LOSS_PPM) if args.latency else contextlib.nullcontext(("127.0.0.1", ()))
    with line as host, tempfile.TemporaryDirectory(prefix="longshore-upload-", dir=args.folder) as folder:
        bench = Bench(args, folder)
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; medians of {args.runs} interleaved runs", flush=True)
        for server in servers_of(args.only, Path(folder), host):
            with server:
                for case in CASES:
                    bench.case(server, case)
    for case, (peer, speed, cpu) in against_peers(bench.lines).items():
        print(f"{case}: {speed:.2f} x the speed of {peer}, the fastest peer, at {cpu:.2f} x its CPU")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as f:
            json.dump(bench.lines, f, indent=1)


if __name__ == "__main__":
    main()
