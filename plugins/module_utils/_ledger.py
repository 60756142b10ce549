# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The ledger: the durable record of one account's migration.

A folder per account holds ``journal.jsonl`` (one JSON object per line),
``blobs/<sha256>`` (runbook content, verbatim) and ``lock``. All of it is for
the owner only. A record is on disk before the write that it describes; blobs
are on disk before the record that names them. Rollback and reports read it.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import json
import os
import re
import socket
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

DEFAULT_FOLDER = "~/runas_migration_ledger"
JOURNAL = "journal.jsonl"
JOURNAL_VERSION = 1
_UNREADABLE = re.compile(r"[^A-Za-z0-9_-]+")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


class LedgerError(Exception):
    """The ledger cannot be used: one sentence that names the folder and the remedy."""


class LedgerBusy(LedgerError):
    """Another run holds the account."""


@dataclass(frozen=True)
class Origin:
    """Where an account's folder is a copy from: ``fetch`` returns a file of it by its name there, None where there is
    none; ``alone`` waits until no other machine holds the lock of a name, and holds it."""

    fetch: Callable[[str], bytes | None]
    alone: Callable[[str], AbstractContextManager[None]]


# The account folders that are copies, while they are in use.
_ORIGINS: dict[Path, Origin] = {}


@contextmanager
def copied_from(folder: Path, origin: Origin) -> Iterator[None]:
    """Have what ``folder`` lacks fetched from ``origin`` when it is read."""
    _ORIGINS[folder] = origin
    try:
        yield
    finally:
        del _ORIGINS[folder]


def origin_of(folder: Path) -> Origin | None:
    """Return where a folder is a copy from; None for one that is the ledger itself."""
    return _ORIGINS.get(folder)


def is_url(ledger: str) -> bool:
    """Tell whether the option names a ledger elsewhere, be its URL right or wrong."""
    return bool(_URL.match(ledger))


def account_folder(ledger: str, account_name: str, account_id: str) -> Path:
    """Return the folder of one account: readable, unique, and safe whatever the account is called."""
    readable = _UNREADABLE.sub("_", account_name)[:60] or "account"
    unique = hashlib.sha256(account_id.lower().encode()).hexdigest()[:12]
    return Path(ledger).expanduser() / f"{readable}-{unique}"


def refuse_ephemeral(ledger: str, environment: Mapping[str, str]) -> None:
    """Raise LedgerError for a folder that an AWX job's own environment would take away with it.

    Under an AWX job (``JOB_ID`` is set) the project, the home and the temporary
    folder live in a container that ends with the job.
    """
    if not environment.get("JOB_ID") or is_url(ledger):
        return
    folder = Path(ledger).expanduser().resolve()
    for root in _roots_of_job(environment):
        if folder == root or root in folder.parents:
            raise LedgerError(
                f"The ledger {folder} lies inside {root}, which ends with this AWX job: the record needed for rollback "
                "would be lost. Set ledger to a mounted folder that stays, or ledger_ephemeral to accept."
            )


def _roots_of_job(environment: Mapping[str, str]) -> list[Path]:
    named = (environment.get("AWX_PRIVATE_DATA_DIR"), environment.get("HOME"), "/runner", tempfile.gettempdir())
    return [Path(root).resolve() for root in (*named, os.getcwd()) if root and Path(root).resolve() != Path("/")]


@contextmanager
def held(folder: Path, account_id: str, step: str, marks: Mapping[str, str] | None = None) -> Iterator[LedgerOfAccount]:
    """Hold the account's ledger for a whole step. ``marks`` are what each of its records says besides.

    Raises LedgerBusy, naming the holder, when another process holds it, and
    LedgerError when the folder cannot be used.
    """
    try:
        private_folder(folder)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LedgerError(
            f"The ledger {folder} cannot be used: {error.strerror}. Choose another with ledger."
        ) from None
    try:
        _lock_or_name_holder(lock, folder)
        _write_holder(lock, step)
        yield LedgerOfAccount(folder, account_id, step, marks)
    finally:
        os.close(lock)


def _lock_or_name_holder(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _read_holder(lock)
        raise LedgerBusy(
            f"Another run holds this account: {holder}. Nothing was changed. "
            f"Wait until it has ended and run again (lock: {folder / 'lock'})."
        ) from None
    except OSError as error:
        raise LedgerError(
            f"The file system of {folder} cannot lock files: {error.strerror}. Choose another folder with ledger."
        ) from None


def _write_holder(lock: int, step: str) -> None:
    os.ftruncate(lock, 0)
    os.pwrite(lock, holder_text(step).encode(), 0)


def _read_holder(lock: int) -> str:
    return holder_words(os.pread(lock, 4096, 0))


def holder_text(step: str) -> str:
    """Return who this process is, as JSON in ASCII: what a lock tells of its holder."""
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "user": _user(), "step": step, "since": now()}
    if os.environ.get("JOB_ID"):
        holder["job"] = os.environ["JOB_ID"]
    return json.dumps(holder)


def holder_words(text: str | bytes) -> str:
    """Return what a lock tells of its holder, in words."""
    try:
        holder = json.loads(text)
    except ValueError:
        return "a process that has just started"
    job = f", AWX job {holder['job']}" if "job" in holder else ""
    return "step {step} of process {pid} on {host} by {user} since {since}".format(**holder) + job


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


class LedgerOfAccount:
    """The record of one account, open for writing; made by ``held`` only."""

    def __init__(self, folder: Path, account_id: str, step: str, marks: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._marks = dict(marks or {})
        self._account_id = account_id
        self._step = step
        self._run = uuid.uuid4().hex
        self._writing = threading.Lock()
        self._journal: int | None = None
        self._number = 0

    def intend(self, change: Mapping[str, Any]) -> int:
        """Record durably what is about to be written; return the number of the record."""
        return self._append("intend", {"change": dict(change)})

    def confirm(self, number: int, facts: Mapping[str, Any]) -> None:
        """Record that the write ``number`` was made, with what Azure decided."""
        self._append("done", {"of": number, "facts": dict(facts)})

    def fail(self, number: int, reason: str) -> None:
        """Record that the write ``number`` was refused or broke off."""
        self._append("failed", {"of": number, "reason": reason})

    def note(self, event: str, facts: Mapping[str, Any]) -> int:
        """Record something that is no write to Azure, such as a snapshot."""
        return self._append(event, dict(facts))

    def save_blob(self, content: bytes) -> str:
        """Keep ``content`` verbatim, durably, and return its SHA-256; the same bytes are kept once."""
        digest = hashlib.sha256(content).hexdigest()
        blobs = self.folder / "blobs"
        private_folder(blobs)
        target = blobs / digest
        if not target.exists():
            write_durably(target, content)
        return digest

    def read_blob(self, digest: str) -> bytes:
        """Return the content kept under ``digest``; see the function of the same name."""
        return read_blob(self.folder, digest)

    def records(self) -> list[dict[str, Any]]:
        """Return all records so far, oldest first; see ``read_journal``."""
        return read_journal(self.folder)

    def _append(self, event: str, facts: dict[str, Any]) -> int:
        with self._writing:
            self._number += 1
            record = {
                "version": JOURNAL_VERSION,
                "run": self._run,
                "number": self._number,
                "time": now(),
                "account": self._account_id,
                "step": self._step,
                "event": event,
                **self._marks,
                **facts,
            }
            self._write(json.dumps(record, ensure_ascii=False, sort_keys=True).encode() + b"\n")
            return self._number

    def _write(self, line: bytes) -> None:
        """Add a line to the journal, durably."""
        if self._journal is None:
            self._journal = self._open_journal()
        _write_all(self._journal, line)
        os.fsync(self._journal)

    def _open_journal(self) -> int:
        path = self.folder / JOURNAL
        journal = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        _end_cut_line(journal)
        _sync_folder(self.folder)
        return journal


def read_blob(folder: Path, digest: str) -> bytes:
    """Return the content that an account's folder keeps under ``digest``.

    Raises LedgerError where it is missing or was altered.
    """
    path = _present(folder, f"blobs/{digest}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LedgerError(f"The ledger lacks {path}: {error.strerror}.") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise LedgerError(f"{path} was altered: its content does not have the checksum that is its name.")
    return content


def read_journal(folder: Path) -> list[dict[str, Any]]:
    """Return the records of an account's folder, oldest first; [] where there is none.

    A last line that a crash cut short describes a write that was never begun, and is
    left out. Raises LedgerError for any other line that is no record.
    """
    try:
        lines = _present(folder, JOURNAL).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    records: list[dict[str, Any]] = []
    last = max((number for number, line in enumerate(lines) if line), default=-1)
    for number, line in enumerate(lines):
        if not line:
            continue
        try:
            records.append(json.loads(line))
        except ValueError:
            if number == last or line.endswith(_CUT):
                continue
            raise LedgerError(f"{folder / JOURNAL}, line {number + 1}, is no record: it was edited.") from None
    return records


def _present(folder: Path, name: str) -> Path:
    """Return the path of a file of an account's folder, fetched before where the folder is a copy that lacks it."""
    path, origin = folder / name, origin_of(folder)
    if origin is not None and not path.exists():
        content = origin.fetch(name)
        if content is not None:
            private_folder(path.parent)
            write_durably(path, content)
    return path


# Ends a line that a crash cut short, so that the next record begins on a line of its own.
_CUT = b"#cut"


def end_of_cut_line(content: bytes) -> bytes:
    """Return what has to follow ``content`` before the next record."""
    return b"" if not content or content.endswith(b"\n") else _CUT + b"\n"


def _end_cut_line(journal: int) -> None:
    size = os.fstat(journal).st_size
    _write_all(journal, end_of_cut_line(os.pread(journal, 1, size - 1) if size else b""))


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_durably(target: Path, content: bytes) -> None:
    """Write a file so that after a crash it is whole or not there."""
    descriptor, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        _write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(temporary, target)
    _sync_folder(target.parent)


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter; parents keep the mode they have."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
