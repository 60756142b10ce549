# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The user's own choice of versions and links of modules: the options, and their check. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .._arguments import ArgumentSpec
from .._step import StepError
from .module_versions import gallery_link

WISHES = ArgumentSpec(
    options={
        "versions": {"type": "dict", "default": {}},
        "links": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "module": {"type": "str", "required": True},
                "version": {"type": "str", "required": True},
                "uri": {"type": "str", "required": True, "no_log": True},
            },
        },
    }
)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
# Azure refuses the version of a link that is no System.Version, such as one with a suffix (docs/contract.md, 3.5.1).
_VERSION = re.compile(r"\d+(\.\d+){1,3}")


@dataclass(frozen=True)
class Wish:
    """The version of a module that the user names, and where it comes from. ``uri`` may hold a secret."""

    module: str
    version: str
    option: str
    uri: str = field(repr=False)


def wishes_of(parameters: Mapping[str, Any]) -> dict[str, Wish]:
    """Return what the options ``versions`` and ``links`` name, by the lower-case name of the module.

    Raises StepError for the first entry that cannot be used.
    """
    named = [_of_version(str(name).strip(), version) for name, version in (parameters["versions"] or {}).items()]
    named += _links(parameters["links"] or [])
    wishes: dict[str, Wish] = {}
    for wish in named:
        other = wishes.get(wish.module.lower())
        if other is not None and other.version != wish.version:
            raise _refusal(
                wish.option, wish.module, f"has version {wish.version}, and {other.version} in another entry"
            )
        wishes[wish.module.lower()] = wish
    return wishes


def _of_version(name: str, given: Any) -> Wish:
    version = _checked("versions", name, str(given).strip())
    return Wish(name, version, "versions", gallery_link(name, version))


def _links(entries: Sequence[Mapping[str, Any]]) -> list[Wish]:
    return [_of_link(str(entry["module"]).strip(), entry) for entry in entries]


def _of_link(name: str, entry: Mapping[str, Any]) -> Wish:
    version = _checked("links", name, str(entry["version"]).strip())
    uri = str(entry["uri"]).strip()
    if not _is_https(uri):
        raise _refusal("links", name, "has a uri that is no https link to a package")
    return Wish(name, version, "links", uri)


def _is_https(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return parts.scheme.lower() == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def _checked(option: str, name: str, version: str) -> str:
    if not _NAME.fullmatch(name):
        raise _refusal(option, name, "is no name of a module")
    if not _VERSION.fullmatch(version):
        raise _refusal(option, name, f"has version {version!r}, which is not two to four numbers with dots between")
    return version


def _refusal(option: str, name: str, problem: str) -> StepError:
    return StepError(
        f"{option} cannot be used: {name or 'an entry without a name'} {problem}. Correct it. Nothing was changed."
    )
