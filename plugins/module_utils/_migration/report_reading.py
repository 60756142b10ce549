# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading what a report is made of: the account folders of any number of ledger and assessment folders.

A file that cannot be used becomes a finding and costs what it holds, nothing else. Accounts are read one
at a time, twice: an estate of ten thousand does not fit into memory at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import _ledger
from .._azure.ids import account_of, normal_id
from .._ledger import LedgerError
from .._report.estate import Material, Sharing, Source, unreadable
from .._report.shape import sound
from .._step import StepError
from . import file_access

ASSESSMENT, JOURNAL, BLOBS = "assessment.json", "journal.jsonl", "blobs"
FORMAT = 1
# So deep below a given folder are account folders looked for: slices, tenants, waves.
_DEPTH = 4
_MOST_BYTES = 256 * 1024 * 1024
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Json = dict[str, Any]


@dataclass
class _Files:
    """Where the files of one account are. ``assessment`` is the newest one, with its time."""

    id: str
    assessment: tuple[str, Path] | None = None
    journals: list[Path] = field(default_factory=list)


@dataclass
class Found:
    """What the folders hold, after they were looked through once. Relative paths start at ``base``."""

    base: Path
    accounts: dict[str, _Files] = field(default_factory=dict)
    sharing: Sharing = field(default_factory=Sharing)
    problems: list[Json] = field(default_factory=list)
    newest: str | None = None

    def of(self, account_id: str) -> _Files:
        """Return the files of an account, noted for the first time where it was not known yet."""
        return self.accounts.setdefault(normal_id(account_id), _Files(account_id))

    def shown(self, path: Path) -> str:
        """Return a path as people named its folder."""
        inside = path.is_relative_to(self.base)
        return sound(str(path.relative_to(self.base) if inside else path))

    def unusable(self, path: Path, reason: str) -> Json:
        """Return the finding about a file or folder that cannot be used."""
        name = self.shown(path)
        return unreadable(name, name, sound(reason) if reason.endswith(".") else f"{sound(reason)}.")

    def seen(self, time: Any) -> None:
        """Remember the newest time that the input tells."""
        if isinstance(time, str) and _TIME.fullmatch(time) and (self.newest is None or time > self.newest):
            self.newest = time


def look_through(base: Path, folders: Sequence[str]) -> Found:
    """Find the accounts of all folders. Raises StepError for a folder that is not there, or where nothing is found."""
    found = Found(base)
    newest: dict[str, Any] = {}
    for folder in _account_folders(base, folders, found):
        _note_assessment(folder, found, newest)
        _note_journal(folder, found)
    # Applications are joined by the assessments that count: an older one may name what is gone.
    for assessment in newest.values():
        found.sharing.note(assessment)
    if not found.accounts and not found.problems:
        raise StepError(
            f"No {ASSESSMENT} and no {JOURNAL} was found below {', '.join(folders)}. Assess the accounts first, or "
            "correct the option folders. Nothing was written."
        )
    return found


def materials(found: Found) -> Iterator[Material]:
    """Yield what is known of each account, in the order of their names."""
    folders = folder_names(found)
    for key in sorted(folders, key=lambda key: (folders[key].lower(), key)):
        yield _material(found, found.accounts[key], folders[key])


def folder_names(found: Found) -> dict[str, str]:
    """Return the name of each account's page: what its folder in a ledger is called, whatever it is called here."""
    return {key: _folder_of(files.id) for key, files in found.accounts.items()}


def blobs(found: Found, key: str, wanted: set[str]) -> Mapping[str, bytes]:
    """Return the contents of these names that the account's ledgers hold, whole and unaltered."""
    contents: dict[str, bytes] = {}
    for journal in found.accounts[key].journals:
        for name in sorted(wanted - contents.keys()):
            try:
                contents[name] = _ledger.read_blob(journal.parent, name)
            except LedgerError:
                # Another slice may have it; where none does, the diff says so.
                continue
    return contents


def _account_folders(base: Path, folders: Sequence[str], found: Found) -> Iterator[Path]:
    """Yield each folder that holds an assessment or a journal, once."""
    seen: set[str] = set()
    for named in folders:
        if _ledger.is_url(named):
            raise StepError(
                f"{named} is a URL, and a report is made of folders. Download the container (azcopy copy --recursive) "
                "and name that folder in folders. Nothing was written."
            )
        root = base / Path(named).expanduser()
        if not root.is_dir():
            raise StepError(f"The folder {named} is not there. Correct the option folders. Nothing was written.")
        for folder in _below(root, _DEPTH, found):
            real = os.path.realpath(folder)
            if real not in seen:
                seen.add(real)
                yield folder


def _below(folder: Path, depth: int, found: Found) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        inner = [entry.name for entry in entries if entry.is_dir()]
    except OSError as error:
        found.problems.append(found.unusable(folder, str(error.strerror or error)))
        return
    names = {entry.name for entry in entries}
    if names & {ASSESSMENT, JOURNAL}:
        yield folder
    for name in inner:
        # Tens of thousands of contents, and nothing else.
        if name != BLOBS and not name.startswith(".") and depth > 0:
            yield from _below(folder / name, depth - 1, found)


def _note_assessment(folder: Path, found: Found, newest: dict[str, Any]) -> None:
    path = folder / ASSESSMENT
    if not os.path.lexists(path):
        return
    try:
        document = _document(path)
    except _Unusable as error:
        found.problems.append(found.unusable(path, str(error)))
        return
    account_id, time = sound(document["account"]["id"]), str(document.get("time") or "")
    files = found.of(account_id)
    found.seen(time)
    if files.assessment is None or time > files.assessment[0]:
        files.assessment = (time, path)
        newest[normal_id(account_id)] = {"account": document["account"], "run_as": document.get("run_as")}


def _note_journal(folder: Path, found: Found) -> None:
    path = folder / JOURNAL
    if not os.path.lexists(path):
        return
    try:
        records = _records(folder)
    except _Unusable as error:
        found.problems.append(found.unusable(path, str(error)))
        return
    accounts = dict.fromkeys(_account_id(record) for record in records)
    for account_id in accounts:
        if account_id:
            found.of(account_id).journals.append(path)
    if records and not any(accounts):
        found.problems.append(found.unusable(path, "its records name no account"))
    for record in records:
        found.seen(record.get("time") if isinstance(record, dict) else None)


def _account_id(record: Any) -> str | None:
    account_id = record.get("account") if isinstance(record, dict) else None
    return sound(account_id) if isinstance(account_id, str) and account_id else None


def _material(found: Found, files: _Files, folder: str) -> Material:
    problems: list[Json] = []
    sources, journals = [], []
    assessment = None
    if files.assessment:
        path = files.assessment[1]
        try:
            assessment = _document(path)
            sources.append(_source(found, path))
        except _Unusable as error:
            problems.append(found.unusable(path, str(error)))
    for path in files.journals:
        try:
            records = _records(path.parent)
            journals.append([record for record in records if normal_id(_account_id(record) or "") in _keys(files)])
            sources.append(_source(found, path))
        except _Unusable as error:
            problems.append(found.unusable(path, str(error)))
    return Material(files.id, folder, assessment, journals, sources, problems)


def _keys(files: _Files) -> tuple[str, str]:
    """Return what a record of this account may name: the account, or nothing, which is a fault to be shown."""
    return normal_id(files.id), ""


def _folder_of(account_id: str) -> str:
    try:
        name = account_of(account_id).name
    except IndexError:
        name = account_id
    return _ledger.account_folder("", name, normal_id(account_id)).name


class _Unusable(Exception):
    """A file is of no use; the text says why."""


def _document(path: Path) -> Json:
    """Return an assessment. Raises _Unusable for what is none that this release reads."""
    try:
        document = json.loads(file_access.read(str(path), _MOST_BYTES).content)
    except (OSError, file_access.NotRead) as error:
        raise _Unusable(_why(error)) from None
    except (ValueError, RecursionError):
        raise _Unusable("it is no JSON; it was edited, or cut short") from None
    if not isinstance(document, dict) or not isinstance(document.get("account"), dict):
        raise _Unusable("it is no assessment")
    if document.get("format") != FORMAT:
        raise _Unusable(f"its format is {document.get('format')!r}; this release reads {FORMAT}")
    account_id = document["account"].get("id")
    if not isinstance(account_id, str) or not account_id:
        raise _Unusable("it does not say which account it is about")
    return document


def _records(folder: Path) -> list[Any]:
    try:
        return list(_ledger.read_journal(folder))
    except OSError as error:
        raise _Unusable(_why(error)) from None
    except LedgerError as error:
        raise _Unusable(str(error)) from None
    except RecursionError:
        raise _Unusable("a line of it is no record") from None


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _source(found: Found, path: Path) -> Source:
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError as error:
        raise _Unusable(_why(error)) from None
    return Source(found.shown(path), digest.hexdigest())
