# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""An account's ledger for the time of one call: the folder that the option names, or a copy of it from a container.

Steps work on a folder. Of a ledger in a container they get a private copy that fills up as they read; what they
record is in the container before it is in the copy, and other files that they write follow at the end.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import _ledger
from .._azure.blob_storage import BlobContainer
from .._azure.errors import AzureError
from .._azure.ids import AccountId
from .._azure.session import Session
from .._ledger import JOURNAL, LedgerBusy, LedgerError, LedgerOfAccount
from .._step import StepError
from .journal_lease import HOLDER, HeldJournal, LedgerUnusable, explained
from .ledger_copy import LOCK, copy_of
from .ledger_place import Place, place_of

_FILES = "files"
_OF_THE_LEDGER = (JOURNAL, LOCK)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")
# Seconds to wait for a lock that other machines hold while they change a thing that accounts share.
_PATIENCE = 600


@dataclass(frozen=True)
class Recorder:
    """Which step records, and what each of its records says besides."""

    step: str
    marks: Mapping[str, str]


class Opened:
    """An account's ledger: ``folder`` to read from, and the ``journal``, which is None where nothing is recorded."""

    def __init__(self, folder: Path, journal: LedgerOfAccount | None, url: str = "") -> None:
        self.folder = folder
        self.journal = journal
        self.trouble: str | None = None
        self._url = url

    def told(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return a step's result with URLs where it names files of the copy, and with what went wrong at the end."""
        shown: dict[str, Any] = self.with_urls(result)
        return {**shown, "failed": True, "msg": self.trouble} if self.trouble and not shown.get("failed") else shown

    def with_urls(self, value: Any) -> Any:
        """Return a value of JSON with the URL of the account's folder in place of the path of the copy."""
        if not self._url:
            return value
        if isinstance(value, str):
            return value.replace(str(self.folder), self._url)
        if isinstance(value, Mapping):
            return {key: self.with_urls(item) for key, item in value.items()}
        return [self.with_urls(item) for item in value] if isinstance(value, (list, tuple)) else value


@contextmanager
def opened(ledger: str | None, session: Session, account: AccountId, recorder: Recorder | None) -> Iterator[Opened]:
    """Open an account's ledger: to record what a step does, or only to read where no ``recorder`` is given.

    Raises LedgerError, LedgerBusy among them, and the errors of ``errors``.
    """
    where = ledger or _ledger.DEFAULT_FOLDER
    if not _ledger.is_url(where):
        folder = _ledger.account_folder(where, account.name, account.arm_id)
        with _held_here(folder, account, recorder) as journal:
            yield Opened(folder, journal)
        return
    place = place_of(where)
    with copy_of(place, account) as folder:
        remote = RemoteFolder(BlobContainer(session, place.container), place, account, folder)
        origin = _ledger.Origin(remote.fetch, remote.alone)
        held = remote.held(recorder) if recorder else remote.read_only()
        with _ledger.copied_from(folder, origin), held as result, _naming_urls(result):
            yield result


def _held_here(
    folder: Path, account: AccountId, recorder: Recorder | None
) -> AbstractContextManager[LedgerOfAccount | None]:
    if recorder is None:
        return nullcontext()
    return _ledger.held(folder, account.arm_id, recorder.step, recorder.marks)


@contextmanager
def _naming_urls(result: Opened) -> Iterator[None]:
    """Let what is raised inside name the URL in place of the copy."""
    try:
        yield
    except (StepError, AzureError, LedgerError) as error:
        error.args = tuple(result.with_urls(argument) for argument in error.args)
        if isinstance(error, StepError):
            error.facts = result.with_urls(error.facts)
        raise


class RemoteFolder:
    """The account's folder in a container, and its copy."""

    def __init__(self, container: BlobContainer, place: Place, account: AccountId, folder: Path) -> None:
        self._container = container
        self._place = place
        self._account = account
        self.folder = folder
        self._name = place.prefix + _ledger.account_folder("", account.name, account.arm_id).name
        self._absent: set[str] = set()
        self._files: dict[str, str] = {}

    @property
    def url(self) -> str:
        """The URL of the account's folder."""
        return f"{self._container.url}/{self._name}"

    def fetch(self, name: str) -> bytes | None:
        """Return a file of the account's folder; None where there is none. Raises the errors of ``errors``."""
        if name in self._absent:
            return None
        try:
            stored = self._container.read(f"{self._name}/{name}")
        except AzureError as error:
            raise explained(error, self._container.url) from None
        if stored is None:
            self._absent.add(name)
            return None
        return stored.content

    def read_only(self) -> AbstractContextManager[Opened]:
        """Give the folder to read from: nothing is asked for before it is read."""
        return nullcontext(Opened(self.folder, None, self.url))

    @contextmanager
    def held(self, recorder: Recorder) -> Iterator[Opened]:
        """Hold the account for a step, in the words of ``_ledger.held``."""
        journal = HeldJournal(self._container, f"{self._name}/{JOURNAL}")
        try:
            try:
                self._begin(journal, recorder.step)
            except AzureError as error:
                raise explained(error, self._container.url) from None
            record = RemoteLedger(self, journal, self._account.arm_id, recorder)
            result = Opened(self.folder, record, self.url)
            try:
                yield result
            except AzureError as error:
                record.raise_with_what_was_done(error)
                raise
            finally:
                result.trouble = self._send_files(journal, recorder.step) or record.trouble
        finally:
            journal.release()

    def _begin(self, journal: HeldJournal, step: str) -> None:
        stored = journal.take()
        self._files = _names_of(stored.metadata.get(_FILES, ""))
        for name in self._files:
            (self.folder / name).touch(mode=0o600)
        if stored.content:
            _ledger.write_durably(self.folder / JOURNAL, stored.content)
        else:
            self._absent.add(JOURNAL)
        journal.set_metadata(self._metadata(step))

    def _metadata(self, step: str) -> dict[str, str]:
        return {HOLDER: _ledger.holder_text(step), _FILES: json.dumps(self._files)}

    def keep_blob(self, digest: str, content: bytes) -> None:
        """Store a content under its checksum."""
        try:
            self._container.keep(f"{self._name}/blobs/{digest}", content)
        except AzureError as error:
            raise explained(error, self._container.url) from None

    def _send_files(self, journal: HeldJournal, step: str) -> str | None:
        """Bring what else lies in the folder to the container; return what went wrong."""
        if journal.lost is not None:
            return None
        try:
            changed = [self._send_file(path) for path in sorted(self.folder.iterdir()) if _is_plain_file(path)]
            gone = [name for name in self._files if not (self.folder / name).exists()]
            for name in gone:
                self._container.delete(f"{self._name}/{name}")
                del self._files[name]
            if gone or any(changed):
                journal.set_metadata(self._metadata(step))
        except AzureError as error:
            return f"A file could not be kept in the ledger: {explained(error, self._container.url)}"
        return None

    def _send_file(self, path: Path) -> bool:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:16]
        # Empty is what stands for a file of an earlier run.
        if not content or self._files.get(path.name) == digest:
            return False
        self._container.put(f"{self._name}/{path.name}", content)
        self._files[path.name] = digest
        return True

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Wait until no other machine holds the lock ``name`` of the ledger, and hold it."""
        end = time.monotonic() + _PATIENCE
        lock = self._lock(name)
        try:
            while not self._taken(lock):
                if time.monotonic() > end:
                    raise LedgerUnusable(f"{lock.url} has been held by another run for {_PATIENCE} seconds. Run again.")
                lock = self._lock(name)
            yield
        finally:
            lock.release()

    def _lock(self, name: str) -> HeldJournal:
        return HeldJournal(self._container, self._place.prefix + name)

    def _taken(self, lock: HeldJournal) -> bool:
        try:
            lock.take()
        except LedgerBusy:
            return False
        except AzureError as error:
            raise explained(error, self._container.url) from None
        return True


class RemoteLedger(LedgerOfAccount):
    """The record of one account in a container, open for writing: durable there first, then in the copy."""

    def __init__(self, remote: RemoteFolder, journal: HeldJournal, account_id: str, recorder: Recorder) -> None:
        super().__init__(remote.folder, account_id, recorder.step, recorder.marks)
        self._remote = remote
        self._held = journal
        self._kept: set[str] = set()
        self._intended: dict[int, Mapping[str, Any]] = {}
        self._made: list[Mapping[str, Any]] = []
        self.trouble: str | None = None

    def intend(self, change: Mapping[str, Any]) -> int:
        """Record durably what is about to be written; return the number of the record."""
        number = super().intend(change)
        self._intended[number] = change
        return number

    def confirm(self, number: int, facts: Mapping[str, Any]) -> None:
        """Record that the write ``number`` was made, with what Azure decided.

        It was made all the same where that cannot be recorded, so nothing is raised: ``trouble`` tells it.
        """
        self._made.append(self._intended.pop(number))
        with self._noting_trouble():
            super().confirm(number, facts)

    def fail(self, number: int, reason: str) -> None:
        """Record that the write ``number`` was refused or broke off."""
        self._intended.pop(number, None)
        with self._noting_trouble():
            super().fail(number, reason)

    @contextmanager
    def _noting_trouble(self) -> Iterator[None]:
        try:
            yield
        except AzureError as error:
            self.trouble = self.trouble or f"What became of a write could not be recorded: {error}"

    def raise_with_what_was_done(self, error: AzureError) -> None:
        """Raise StepError for an error that ends a step after its writes, as one of the ledger does: they were made."""
        if self._made:
            changes = [dict(change) for change in self._made]
            raise StepError(str(error), changed=True, changes=changes, partial=True) from None

    def save_blob(self, content: bytes) -> str:
        """Keep ``content`` verbatim in the container, and return its SHA-256."""
        digest = super().save_blob(content)
        if digest not in self._kept:
            self._remote.keep_blob(digest, content)
            self._kept.add(digest)
        return digest

    def _write(self, line: bytes) -> None:
        super()._write(self._held.append(line))


def _names_of(text: str) -> dict[str, str]:
    """Return the files that the metadata of a journal names, with the beginnings of their checksums."""
    try:
        names = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(names, dict):
        return {}
    return {name: str(digest) for name, digest in names.items() if _PLAIN_NAME.fullmatch(name) and name.strip(".")}


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and path.name not in _OF_THE_LEDGER and bool(_PLAIN_NAME.fullmatch(path.name))
