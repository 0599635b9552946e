"""The files of a stopped broker, as a fall leaves them: the last batches of a partition never reached the disk."""
import os
import struct

KEPT = (".log", "partition.metadata")
OF_A_CLEAN_STOP = (".kafka_cleanshutdown", "recovery-point-offset-checkpoint", "replication-offset-checkpoint",
                   "log-start-offset-checkpoint")
HEAD = struct.Struct(">qi")  # a batch begins with its base offset and the length of what follows


def _batches(path):
    """(base offset, place in the file) of each batch, and the file's end."""
    with open(path, "rb") as f:
        data = f.read()
    at, found = 0, []
    while at + HEAD.size <= len(data):
        base, length = HEAD.unpack_from(data, at)
        if length <= 0 or at + HEAD.size + length > len(data):
            break
        found.append((base, at))
        at += HEAD.size + length
    return found


def _cut(folder, count):
    """Takes the last `count` batches off a partition; how many went."""
    segment = os.path.join(folder, sorted(n for n in os.listdir(folder) if n.endswith(".log"))[-1])
    batches = _batches(segment)[-count:]
    if not batches:
        return 0
    os.truncate(segment, batches[0][1])
    for name in os.listdir(folder):
        if not name.endswith(KEPT):
            os.remove(os.path.join(folder, name))
    return len(batches)


def lose_ends(data, prefix, count):
    """{partition's folder: batches that went} of the topics that begin so. The broker must not run."""
    cut = {}
    for name in sorted(os.listdir(data)):
        if name.startswith(prefix):
            went = _cut(os.path.join(data, name), count)
            if went:
                cut[name] = went
    for name in OF_A_CLEAN_STOP:
        if os.path.exists(os.path.join(data, name)):
            os.remove(os.path.join(data, name))
    return cut
