"""Print the path of the first Python that works, of the versions named.

    python3 tests/tools/find_python.py 3.13 3.12

A name on the PATH is not enough: a version manager's shim may be there for a
version that is not. So each candidate is run. Exits with 1 if none works.
"""

from __future__ import annotations

import collections.abc
import glob
import os
import pathlib
import subprocess
import sys

PROBE = "import ensurepip, ssl, sys, venv; print(sys.executable)"


def main() -> None:
    for version in sys.argv[1:]:
        for candidate in candidates(version):
            path = try_out(candidate)
            if path:
                print(path)
                return
    sys.exit(f"no working Python of version {' or '.join(sys.argv[1:])} was found")


def candidates(version: str) -> collections.abc.Iterator[pathlib.Path]:
    """Where a Python of this version may be, the PATH first."""
    folders = [
        *os.environ.get("PATH", "").split(os.pathsep),
        *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin"))),
        "/usr/local/bin",
        "/usr/bin",
    ]
    for folder in folders:
        path = pathlib.Path(folder) / f"python{version}"
        if path.exists():
            yield path


def try_out(candidate: pathlib.Path) -> str:
    """The real path of a Python that runs and can make environments, else an empty string."""
    answer = subprocess.run([str(candidate), "-c", PROBE], capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""


if __name__ == "__main__":
    main()
