# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Blobs of one container: what a ledger needs of the Blob service (contract 13.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import quote

from .errors import Absent, Conflict

if TYPE_CHECKING:
    from .session import Answer, Session

# The oldest version that has all that is used here, so that every cloud and Azure Stack has it.
VERSION = "2019-12-12"
# Bytes of one block of an append blob in this version.
LONGEST_BLOCK = 4 * 1024 * 1024
APPEND_BLOB = "AppendBlob"
NO_SUCH_BLOB = "BlobNotFound"
_META = "x-ms-meta-"


@dataclass(frozen=True)
class Stored:
    """A blob: its bytes, type, metadata (names in lower case), and how many blocks were appended to it."""

    content: bytes
    kind: str
    metadata: Mapping[str, str]
    blocks: int


class BlobContainer:
    """One container, by its URL without a slash at the end. Names are paths of blobs in it.

    All methods raise the errors of ``errors``.
    """

    def __init__(self, session: Session, url: str) -> None:
        self.url = url
        self._session = session

    def read(self, name: str, start: int = 0) -> Stored | None:
        """Return a blob from a byte on; None where there is none. A container that is not there is Absent."""
        headers = {"x-ms-range": f"bytes={start}-"} if start else {}
        try:
            return _stored(self._send("GET", name, f"Reading {self._url_of(name)}", headers))
        except Absent as error:
            _raise_unless_no_blob(error)
            return None

    def look(self, name: str) -> Stored | None:
        """Return a blob without its bytes; None where there is none."""
        try:
            return _stored(self._send("HEAD", name, f"Reading {self._url_of(name)}"))
        except Absent as error:
            _raise_unless_no_blob(error)
            return None

    def create_append_blob(self, name: str) -> None:
        """Make an empty append blob, unless a blob of this name is there."""
        self._put_new(name, APPEND_BLOB, b"")

    def keep(self, name: str, content: bytes) -> None:
        """Store content under a name that stands for it: a blob that is there is the same, and stays."""
        self._put_new(name, "BlockBlob", content)

    def put(self, name: str, content: bytes) -> None:
        """Store content under a name, in place of what is there."""
        self._send("PUT", name, f"Writing {self._url_of(name)}", {"x-ms-blob-type": "BlockBlob"}, content)

    def _put_new(self, name: str, kind: str, content: bytes) -> None:
        headers = {"x-ms-blob-type": kind, "If-None-Match": "*"}
        try:
            self._send("PUT", name, f"Writing {self._url_of(name)}", headers, content)
        except Conflict as error:
            # 412 is a condition that is not met because the blob is there, or somebody's lease on it.
            if error.code != "BlobAlreadyExists" and error.status != 412:
                raise

    def delete(self, name: str) -> None:
        """Delete a blob; one that is not there is no error."""
        try:
            self._send("DELETE", name, f"Deleting {self._url_of(name)}")
        except Absent as error:
            _raise_unless_no_blob(error)

    def append(self, name: str, block: bytes, lease: str, position: int) -> None:
        """Append a block at a position, as the holder of a lease; Conflict where either is not so."""
        headers = {"x-ms-lease-id": lease, "x-ms-blob-condition-appendpos": str(position)}
        self._send("PUT", name, f"Writing {self._url_of(name)}", headers, block, comp="appendblock")

    def set_metadata(self, name: str, metadata: Mapping[str, str], lease: str) -> None:
        """Replace the metadata of a blob, as the holder of a lease."""
        headers = {"x-ms-lease-id": lease, **{_META + key: value for key, value in metadata.items()}}
        self._send("PUT", name, f"Writing {self._url_of(name)}", headers, comp="metadata")

    def acquire(self, name: str, lease: str, seconds: int) -> None:
        """Take the lease of a blob, under an id of one's own so that the request may be repeated; Conflict if held."""
        headers = {"x-ms-proposed-lease-id": lease, "x-ms-lease-duration": str(seconds)}
        self._lease(name, "acquire", headers)

    def renew(self, name: str, lease: str) -> None:
        """Prolong a lease; Conflict where it is no longer one's own."""
        self._lease(name, "renew", {"x-ms-lease-id": lease})

    def release(self, name: str, lease: str) -> None:
        """Give a lease back."""
        self._lease(name, "release", {"x-ms-lease-id": lease})

    def _lease(self, name: str, action: str, headers: Mapping[str, str]) -> None:
        doing = f"The lease of {self._url_of(name)} ({action})"
        self._send("PUT", name, doing, {"x-ms-lease-action": action, **headers}, comp="lease")

    def _send(
        self,
        method: str,
        name: str,
        doing: str,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        comp: str = "",
    ) -> Answer:
        url = self._url_of(name) + (f"?comp={comp}" if comp else "")
        always = {"x-ms-version": VERSION, "x-ms-date": formatdate(usegmt=True)}
        return self._session.blob(method, url, doing, {**always, **(headers or {})}, content)

    def _url_of(self, name: str) -> str:
        return f"{self.url}/{quote(name)}"


def _stored(answer: Answer) -> Stored:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Stored(
        content=answer.body,
        kind=headers.get("x-ms-blob-type", ""),
        metadata={name[len(_META) :]: value for name, value in headers.items() if name.startswith(_META)},
        blocks=int(headers.get("x-ms-blob-committed-block-count", 0)),
    )


def _raise_unless_no_blob(error: Absent) -> None:
    """Raise where not a blob is absent but something else, such as the container."""
    if error.code != NO_SUCH_BLOB:
        raise error
