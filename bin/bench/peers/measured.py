"""Runs a peer's script and tells at its end what its process used: measure.ts, for Python."""

import json
import os
import re
import resource
import runpy
import sys

MEASURE_FD = 3


def peak_kilobytes() -> int:
    """ru_maxrss starts with the size of the process that started this one; VmHWM does not."""
    try:
        with open("/proc/self/status", encoding="utf8") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])
    except FileNotFoundError:
        bytes_used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return bytes_used // 1024


def main() -> None:
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(sys.argv[0]))
    runpy.run_path(sys.argv[0], run_name="__main__")
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "maxRSS": peak_kilobytes(),
        "userCPUTime": used.ru_utime * 1e6,
        "systemCPUTime": used.ru_stime * 1e6,
    }
    os.write(MEASURE_FD, json.dumps(figures).encode())


main()
