# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the modules that ``#Requires`` and ``using module`` name; the grammars take these lines for different things."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .syntax import Script, ancestors

_LINE = re.compile(r"(?im)^[ \t]*(?:#requires|using[ \t]+module)[ \t][^\r\n]*")
_MODULES = re.compile(
    r"(?:\s-modules?(?![\w-])|\Ausing\s+module\s)(?P<modules>.*?)(?=\s-(?:version|psedition|pssnapin|runasadministrator|shellid|assembly)\b|\Z)",
    re.IGNORECASE,
)


def required_modules(script: Script) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of each list of modules that the script requires."""
    for line in _LINE.finditer(script.plain):
        named = _MODULES.search(line.group().lstrip())
        if named is not None and not _is_inside(script, line.end() - len(line.group().lstrip())):
            blank = len(line.group()) - len(line.group().lstrip())
            yield line.start() + blank + named.start("modules"), named.group("modules")


def _is_inside(script: Script, offset: int) -> bool:
    """Tell whether the line is part of a text or a longer comment."""
    node = script.node_at(offset)
    nodes = [node, *ancestors(node)] if node is not None else []
    return any(n.type in ("comment", "string_literal") and script.span(n)[0] < offset for n in nodes)
