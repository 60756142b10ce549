# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Holding an account's journal in a blob container: the lease that is the lock, and records that are appended once.

The lease lies on the journal itself and each record is appended with its id, so Azure
refuses the record of a run that lost the account, and what is not recorded is not written.
"""

from __future__ import annotations

import threading
import time
import uuid

from .._azure.blob_storage import APPEND_BLOB, LONGEST_BLOCK, NO_SUCH_BLOB, BlobContainer, Stored
from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden
from .._ledger import LedgerBusy, LedgerError, end_of_cut_line, holder_words

# Seconds: the longest lease that ends by itself (contract 13.1), so the longest that a killed run keeps others out.
LEASE = 60
RENEWED_EVERY = 20
HOLDER = "holder"
# An append blob has at most 50,000 blocks (contract 13.1); a step may need some for itself.
_MOST_RECORDS = 45_000
# Seconds: who has just taken the lease has not yet written its name.
_MOMENT = 1.0
_DATA_ROLE = "Storage Blob Data Contributor"


class LedgerUnusable(Failed):
    """The container cannot be read or written. It is raised inside steps too, where it must not be taken for a
    thing of the account that is absent or forbidden, and ends what is being done as other errors of Azure do."""


class LeaseLost(LedgerUnusable):
    """Another run may hold the account, or hold it soon."""


def explained(error: AzureError, container: str) -> AzureError:
    """Return the error with the remedy where there is one."""
    if isinstance(error, LedgerUnusable):
        return error
    if isinstance(error, Absent) and error.code == NO_SUCH_BLOB:
        return LedgerUnusable(f"{error}. It was deleted while this run held it. Nothing more is written.")
    if isinstance(error, Absent):
        return LedgerUnusable(
            f"The container {container} of the ledger is not there. Make it, which is never done here, or correct "
            "ledger.",
            status=error.status,
            code=error.code,
        )
    if isinstance(error, Forbidden):
        return LedgerUnusable(
            f"The login may not use the container {container} of the ledger ({error.code or error.status}). Give it "
            f"the role {_DATA_ROLE} on the container, and see whether the storage account's firewall lets it through; "
            "a new role takes minutes to work.",
            status=error.status,
            code=error.code,
        )
    return LedgerUnusable(str(error), status=error.status, code=error.code) if isinstance(error, Conflict) else error


class HeldJournal:
    """The journal of one account, held by this run. ``take`` and ``release`` go around all else."""

    def __init__(self, container: BlobContainer, name: str) -> None:
        self.container = container
        self.name = name
        self.lost: str | None = None
        self._lease = str(uuid.uuid4())
        self._perhaps_ours = False
        self._position = 0
        # Blocks whose answer never came: at most one of them is there.
        self._unsure: list[bytes] = []
        self._before_next = b""
        self._ended = threading.Event()
        self._renewing = threading.Thread(target=self._renew_again_and_again, daemon=True)

    @property
    def url(self) -> str:
        """What sentences name."""
        return f"{self.container.url}/{self.name}"

    def take(self) -> Stored:
        """Take the lease and return the journal, which is made where there is none. Raises LedgerBusy, naming the
        holder, and the errors of ``errors``."""
        try:
            if not self._acquired():
                self.container.create_append_blob(self.name)
                self._acquired()
        except Conflict as error:
            if error.status == 409:
                raise self._busy() from None
            raise
        self._renewing.start()
        stored = self.container.read(self.name)
        if stored is None:
            raise self._gone()
        self._refuse_unusable(stored)
        self._position = len(stored.content)
        self._before_next = end_of_cut_line(stored.content)
        return stored

    def _acquired(self) -> bool:
        self._perhaps_ours = True
        try:
            self.container.acquire(self.name, self._lease, LEASE)
        except (Absent, Conflict, Forbidden) as error:
            self._perhaps_ours = False
            if error.code == NO_SUCH_BLOB:
                return False
            raise
        return True

    def _busy(self) -> LedgerBusy:
        time.sleep(_MOMENT)
        found = self.container.look(self.name)
        holder = holder_words((found.metadata if found else {}).get(HOLDER, ""))
        return LedgerBusy(
            f"Another run holds this account: {holder}. Nothing was changed. Wait until it has ended and run again; "
            f"after a run that was killed, {LEASE} seconds (lease: {self.url})."
        )

    def _refuse_unusable(self, stored: Stored) -> None:
        if stored.kind != APPEND_BLOB:
            raise LedgerError(
                f"{self.url} is a {stored.kind or 'blob of no type'}, not an append blob, so no record can be added. "
                "Copy it there again as one: azcopy copy --blob-type AppendBlob."
            )
        if stored.blocks >= _MOST_RECORDS:
            raise LedgerError(
                f"{self.url} has {stored.blocks} records, and Azure keeps no more than 50000 in one blob. Nothing was "
                "changed. Download the account's folder and upload it under another prefix with azcopy copy "
                "--blob-type AppendBlob, which makes few blocks of them, and name that prefix with ledger."
            )

    def _gone(self) -> LedgerUnusable:
        return LedgerUnusable(f"The journal {self.url} was deleted while this run held it. Nothing more is written.")

    def set_metadata(self, metadata: dict[str, str]) -> None:
        """Replace the journal's metadata."""
        self.container.set_metadata(self.name, metadata, self._lease)

    def append(self, line: bytes) -> bytes:
        """Append a line so that it is there once; return what is new at the end: the line, and perhaps one before it.

        Raises LeaseLost where another run may hold the account, and the errors of ``errors``.
        """
        if self.lost is not None:
            raise LeaseLost(self.lost)
        block = self._before_next + line
        if len(block) > LONGEST_BLOCK:
            raise LedgerUnusable(f"A record for {self.url} has {len(block)} bytes, and Azure takes {LONGEST_BLOCK}.")
        try:
            return self._append_once(block)
        except AzureError as error:
            raise explained(error, self.container.url) from None

    def _append_once(self, block: bytes) -> bytes:
        added = b""
        while True:
            try:
                self._put(block)
                break
            except Conflict as error:
                added += self._what_is_there_instead(block, error)
                if added.endswith(block):
                    return added
        return added + block

    def _put(self, block: bytes) -> None:
        try:
            self.container.append(self.name, block, self._lease, self._position)
        except Conflict:
            raise
        except AzureError:
            self._unsure.append(block)
            raise
        self._at(self._position + len(block))

    def _at(self, position: int) -> None:
        self._position, self._before_next = position, b""
        self._unsure.clear()

    def _what_is_there_instead(self, block: bytes, error: Conflict) -> bytes:
        """Return a block of ours that is there though its answer was lost; b"" where only the lease had run out."""
        if error.status != 412:
            raise error
        tail = self._tail()
        if tail == block or tail in self._unsure:
            self._at(self._position + len(tail))
            return tail
        if tail:
            raise self._lose("has records of another run")
        self._renew_or_lose()
        return b""

    def _tail(self) -> bytes:
        """Return what lies behind the last record of this run that is known to be there."""
        try:
            stored = self.container.read(self.name, self._position)
        except Failed as error:
            if error.status == 416:
                return b""
            raise
        if stored is None:
            raise self._gone()
        return stored.content

    def _renew_or_lose(self) -> None:
        try:
            self.container.renew(self.name, self._lease)
        except Conflict:
            raise self._lose("is no longer held by this run: its lease ran out or was broken") from None

    def _lose(self, how: str) -> LeaseLost:
        self.lost = (
            f"The journal {self.url} {how}. Nothing more is written, because another run may hold the account. Run "
            "again when it has ended."
        )
        return LeaseLost(self.lost)

    def _renew_again_and_again(self) -> None:
        """Keep the lease. An answer that does not come is no end: the next record tells whether it still holds."""
        while not self._ended.wait(RENEWED_EVERY):
            try:
                self.container.renew(self.name, self._lease)
            except Conflict:
                self._lose("is no longer held by this run: its lease ran out or was broken")
                return
            except AzureError:
                continue

    def release(self) -> None:
        """Let others have the account; where that fails, the lease ends by itself."""
        self._ended.set()
        if self._renewing.is_alive():
            self._renewing.join()
        if not self._perhaps_ours:
            return
        try:
            self.container.release(self.name, self._lease)
        except AzureError:
            return
