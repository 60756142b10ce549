# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The hand-over file: what somebody with more rights is asked to do, as commands with the reasons for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from .._ledger import LedgerError, private_folder, write_durably
from .access_part import HandOver, Target

_LONGEST = 300


def file_name(*narrowed: str) -> str:
    """Return the name of the file. Pure.

    What narrows a copy down is part of it, so that one does not remove what another asks for: ``narrowed`` are
    the name of a user-assigned identity, that of the one connection that was chosen, and the kinds of access.
    """
    words = ["hand-over", *(re.sub(r"[^A-Za-z0-9_.-]+", "_", word) for word in narrowed if word)]
    return f"{'-'.join(words)[:120]}.sh"


def render_hand_over(target: Target, entries: Iterable[HandOver]) -> str:
    """Return the file's text: shell commands, each under comments that say what it does, why, and who may do it. Pure.

    Names come from Azure and are reduced to one printable line, so that none can end its comment.
    """
    lines = [
        "#!/bin/sh",
        "# What the identity of an Automation account still needs, and who may give it.",
        f"# Account:  {one_line(target.account.arm_id)}",
        f"# Identity: {one_line(_identity(target))}",
        "# Log in with az login as somebody who may, and run the commands that you agree with; one for what is there",
        "# already ends with an error and changes nothing. Then run copy_runas_roles again: it sees what was done.",
    ]
    for entry in entries:
        lines += [
            "",
            f"# {one_line(_title(entry))}",
            f"#   why: {one_line(entry.reason)}",
            f"#   who: {one_line(entry.needs)}",
            entry.command,
        ]
    return "\n".join(lines) + "\n"


def write_hand_over(folder: Path, name: str, target: Target, entries: Sequence[HandOver]) -> Path | None:
    """Write the file ``name`` into an account's folder of the ledger and return its path; as ``write_file``.

    Without entries a file that an earlier run wrote is removed, and None is returned.
    """
    return write_file(folder, name, render_hand_over(target, entries) if entries else None)


def write_file(folder: Path, name: str, text: str | None) -> Path | None:
    """Write the text into a file that its owner only can read and return its path; without text remove the file.

    Raises LedgerError where the folder cannot be used.
    """
    path = folder / name
    try:
        if text is None:
            path.unlink(missing_ok=True)
            return None
        private_folder(folder)
        write_durably(path, text.encode())
    except OSError as error:
        raise LedgerError(f"The hand-over file {path} cannot be written: {error.strerror or error}.") from None
    return path


def one_line(text: str) -> str:
    """Return text as one line of printable characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _identity(target: Target) -> str:
    principal = target.principal_id or "not made yet"
    return f"{target.identity}, object id {principal}"


def _title(entry: HandOver) -> str:
    if entry.kind == "group":
        return f"Member of group {entry.role} ({entry.scope})"
    return f"{entry.kind.replace('_', ' ').capitalize()} {entry.role} at {entry.scope}"
