#!/usr/bin/env python3
"""Writes golden.tsv beside this file: what Python's zoneinfo says about the zone files beside it.

make-golden.py          from the .tzif files that are here
make-golden.py --copy   copies them again from the system's time-zone data first
"""
import pathlib
import shutil
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

HERE = pathlib.Path(__file__).resolve().parent
ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo",
         "Africa/Casablanca", "Europe/Dublin"]
FIRST, LAST = datetime(1985, 1, 1, tzinfo=timezone.utc), datetime(2060, 1, 1, tzinfo=timezone.utc)
EPOCH = datetime(1970, 1, 1)


def offset(zone, moment):
    return int(moment.astimezone(zone).utcoffset().total_seconds())


def transitions(zone):
    """Moments at which the offset changes, to the second."""
    step, at = timedelta(days=5), FIRST
    while at < LAST:
        low, high = at, at + step
        if offset(zone, low) != offset(zone, high):
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                low, high = (middle, high) if offset(zone, middle) == offset(zone, low) else (low, middle)
            yield high
        at += step


def resolve(zone, civil):
    """fit, first and second moment of a civil time."""
    moments = []
    for fold in (0, 1):
        utc = civil.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc)
        if utc.astimezone(zone).replace(tzinfo=None) == civil and utc not in moments:
            moments.append(utc)
    return moments


def main():
    rows = []
    for name in ZONES:
        path = HERE / (name.replace("/", "_") + ".tzif")
        if "--copy" in sys.argv:
            shutil.copyfile(f"/usr/share/zoneinfo/{name}", path)
        with open(path, "rb") as f:
            zone = ZoneInfo.from_file(f, key=name)
        for change in transitions(zone):
            for moment in (change - timedelta(seconds=1), change, change + timedelta(days=17)):
                rows.append(("offset", name, int(moment.timestamp()), offset(zone, moment), ""))
            before, after = offset(zone, change - timedelta(seconds=1)), offset(zone, change)
            local = change.replace(tzinfo=None)
            for civil in {local + timedelta(seconds=before), local + timedelta(seconds=after),
                          local + timedelta(seconds=min(before, after), minutes=15),
                          local + timedelta(seconds=max(before, after), minutes=-1),
                          local + timedelta(seconds=max(before, after))}:
                moments = resolve(zone, civil)
                if not moments:
                    moments = [change]  # a gap: the first valid moment
                    fit = "gap"
                else:
                    fit = "once" if len(moments) == 1 else "twice"
                rows.append((fit, name, int((civil - EPOCH).total_seconds()), int(moments[0].timestamp()),
                             int(moments[-1].timestamp())))
    with open(HERE / "golden.tsv", "w", encoding="utf-8") as out:
        out.writelines("\t".join(map(str, row)) + "\n" for row in sorted(rows))


main()
