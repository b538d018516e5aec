"""What a server's processes use, as Linux tells it: all processes of the session that its leader began."""

import os
from pathlib import Path


def alive(leader: int) -> list[int]:
    """The living processes of a session; zombies are not."""
    found = []
    for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))):
        fields = _stat(pid)
        if fields and int(fields[3]) == leader and fields[0] not in "ZX":
            found.append(pid)
    return found


def cpu_seconds(leader: int) -> float:
    """What all of them have used."""
    ticks = [fields[11:13] for pid in alive(leader) if (fields := _stat(pid))]
    return sum(int(field) for pair in ticks for field in pair) / os.sysconf("SC_CLK_TCK")


def memory_mb(leader: int) -> float:
    """Resident memory of the largest of them, which is the one that serves."""
    lines = [line for pid in alive(leader) for line in _read(pid, "status").splitlines()]
    return max((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), default=0.0)


def _stat(pid: int) -> list[str]:
    """The fields after the process's name, from its state on; none where it has ended."""
    return _read(pid, "stat").rpartition(")")[2].split()


def _read(pid: int, name: str) -> str:
    """Any process may end between being listed and being read."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""
