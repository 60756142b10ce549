# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The manifest of a report folder: ``SHA256SUMS``, which ``sha256sum -c`` checks."""

from __future__ import annotations

import re
from collections.abc import Mapping

NAME = "SHA256SUMS"
# Names that the report itself gives: no way out of the folder, nothing that sha256sum would escape.
_NAME = r"(?:accounts/)?[A-Za-z0-9_-][A-Za-z0-9_.-]*"
_LINE = re.compile(rf"([0-9a-f]{{64}})  ({_NAME})")


def text(digests: Mapping[str, str]) -> str:
    """Return the manifest of files: path to SHA-256."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))


def names_a_file(name: str) -> bool:
    """Tell whether a text is a name that a report gives to a file of its folder."""
    return re.fullmatch(_NAME, name) is not None


def parsed(content: str) -> dict[str, str]:
    """Return what a manifest lists. Raises ValueError for a line that no report wrote."""
    listed = {}
    for number, line in enumerate(content.splitlines(), 1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"line {number} of {NAME} is none that a report wrote")
        listed[found[2]] = found[1]
    return listed
