"""What a report costs: CPU and memory for an estate of so many accounts of so many runbooks each.

    python tests/benchmarks/report.py ACCOUNTS RUNBOOKS

Prints the figures of docs/report.md. The estate is made in a process of its own, so that its memory is not counted.
"""

from __future__ import annotations

import pathlib
import resource
import subprocess
import sys
import tempfile
import time

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import report
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._local_call import perform_locally

MAKE = (
    "import pathlib, sys;"
    "from ansible_collections.azauto.runas_migration.tests.tools import report_estate;"
    "report_estate.large_estate(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))"
)


def main() -> None:
    accounts, runbooks = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        subprocess.run([sys.executable, "-c", MAKE, str(place / "ledger"), accounts, runbooks], check=True)
        options = {"folders": ["ledger"], "dest": "report", "formats": None, "show_content": True, "title": None}
        started = time.process_time()
        result = perform_locally(report.run, options, base=place, check_mode=False, diff_mode=False)
        seconds = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{result['summary']['accounts']} accounts, {result['summary']['runbooks']} runbooks")
        print(f"input {megabytes(place / 'ledger')} MB, files {megabytes(place / 'report')} MB")
        print(f"CPU {seconds:.1f} s, memory {peak} MB")


def megabytes(folder: pathlib.Path) -> int:
    """How large all files below a folder are together."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1_000_000


if __name__ == "__main__":
    main()
