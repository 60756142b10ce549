# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts simulators by forking: what each of them would import is imported once.

Run as a program it reads one JSON list per line, ``[run_dir, argument, ...]``, forks
a simulator that serves with these arguments, and answers with its process id.
``Starter`` is the other end. A thousand tests want a simulator of their own, and
nine tenths of its start are imports.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn


class Starter:
    """The process that forks simulators; it ends with ``close``, or when its creator does."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).resolve())]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, run_dir: Path, arguments: tuple[str, ...]) -> int:
        """Fork a simulator and return its process id; it is ready once ``endpoint.json`` is there."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([str(run_dir), *arguments]) + "\n")
        stdin.flush()
        return int(stdout.readline())

    def close(self) -> None:
        """End the starter; simulators that still run go on."""
        self._process.communicate()


def main() -> None:
    """Fork a simulator for each line of the input."""
    # Simulators that ended are nobody's business: the kernel forgets them at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _import_what_simulators_need()
    for line in sys.stdin:
        run_dir, *arguments = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _serve(Path(run_dir), arguments)
        print(pid, flush=True)


def _import_what_simulators_need() -> None:
    import azure_simulator.cli
    import azure_simulator.estates
    import azure_simulator.server  # noqa: F401


def _serve(run_dir: Path, arguments: list[str]) -> NoReturn:
    """Be a simulator until killed; the input of the starter is none of its business."""
    from azure_simulator.cli import main as simulator

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with (run_dir / "output.log").open("wb") as output, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    code = 1
    try:
        code = simulator(["serve", "--run-dir", str(run_dir), *arguments])
    except SystemExit as refusal:
        code = refusal.code if isinstance(refusal.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
