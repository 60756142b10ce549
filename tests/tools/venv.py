"""Make a virtual environment that holds exactly what a lock file names.

    python3 tests/tools/venv.py DIRECTORY LOCK_FILE

Does nothing when DIRECTORY was already made from this lock file with this
Python. Packages come from wherever the machine's pip takes them.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 10)


def main() -> None:
    directory, lock_file = (pathlib.Path(argument) for argument in sys.argv[1:])
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"{sys.executable} is Python {sys.version.split()[0]}; 3.11 or newer is needed."
            " Name one: make PYTHON=/path/to/python3 ..."
        )
    stamp = directory / "made-from"
    wanted = f"{sys.version}\n{lock_file.read_text(encoding='utf-8')}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"Making {directory} from {lock_file} with Python {sys.version.split()[0]} ...", flush=True)
    create(directory)
    install(directory, lock_file)
    stamp.write_text(wanted, encoding="utf-8")


def create(directory: pathlib.Path) -> None:
    """Make an empty virtual environment in place of what is there."""
    shutil.rmtree(directory, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(directory)], check=False)
    if made.returncode:
        sys.exit(f"{sys.executable} cannot make virtual environments; on Debian: apt install python3-venv")


def install(directory: pathlib.Path, lock_file: pathlib.Path) -> None:
    """Install what the lock file names, and nothing else."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(
        [str(directory / "bin" / "python"), "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check",
         "--requirement", str(lock_file)],
        check=True,
        env=environment,
    )  # fmt: skip


if __name__ == "__main__":
    main()
