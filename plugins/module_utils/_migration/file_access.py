# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading and writing single files: bounded, atomic, with what belongs to the file kept."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

# Twenty times what real runbooks reach; a file beyond it is none.
MAX_BYTES = 5 * 1024 * 1024


class NotRead(Exception):
    """A file is not looked at; the text says why."""


@dataclass(frozen=True)
class Content:
    """The content of a file, and by how many names the file system knows it."""

    content: bytes
    names: int


def read(path: str, most: int = MAX_BYTES) -> Content:
    """Return what is in a file. Raises NotRead for what is no ordinary file or larger than ``most``, and OSError."""
    # Without O_NONBLOCK a named pipe would make its reader wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRead("it is no ordinary file")
        content = file.read(most + 1)
    if len(content) > most:
        raise NotRead(f"it is larger than {most // 1024 // 1024} MiB")
    return Content(content, status.st_nlink)


def obstacle(path: str) -> str | None:
    """Return why the file at ``path`` cannot be replaced by one of the same owner and mode; None when it can."""
    status = os.stat(path)
    user = os.geteuid()
    if user not in (0, status.st_uid):
        return "it belongs to another user"
    if user != 0 and status.st_gid not in (os.getegid(), *os.getgroups()):
        return "it belongs to a group that you are no member of"
    # Said by the mode it holds for root too: somebody marked the file, as some version controls do.
    if not status.st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        return "it is read-only"
    return folder_obstacle(path)


def folder_obstacle(path: str) -> str | None:
    """Return why no file can be made beside ``path``, or at it; None when it can."""
    folder = os.path.dirname(path)
    return None if os.access(folder, os.W_OK | os.X_OK) else "its folder cannot be written to"


def write(path: str, content: bytes, like: str | None) -> None:
    """Put ``content`` at ``path`` as a whole, or leave things as they were. Raises OSError.

    Owner, mode and extended attributes are those of the file ``like``; without one, those that a new file gets.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=".runbook-", suffix=".tmp", dir=os.path.dirname(path))
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        _dress(temporary, like)
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    _sync_folder(os.path.dirname(path))


def back_up(path: str) -> str:
    """Copy a file beside itself, named as Ansible names backups, and return the copy's path. Raises OSError."""
    copy = f"{path}.{os.getpid()}.{time.strftime('%Y-%m-%d@%H:%M:%S~')}"
    shutil.copy2(path, copy)
    return copy


def _dress(temporary: str, like: str | None) -> None:
    if like is None:
        os.chmod(temporary, 0o666 & ~_umask())
        return
    wanted, given = os.stat(like), os.stat(temporary)
    if (wanted.st_uid, wanted.st_gid) != (given.st_uid, given.st_gid):
        os.chown(temporary, wanted.st_uid, wanted.st_gid)
    shutil.copystat(like, temporary)
    # The times are those of the change: build tools and git look at them.
    os.utime(temporary)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
