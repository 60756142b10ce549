"""Write plugins/module_utils/_runbook/azurerm_table.py from tests/tools/data/azurerm_to_az.tsv.

    python tests/tools/azurerm_table.py          (prints the module)
    python tests/tools/azurerm_table.py --write  (into the collection)

A module that Ansible sends to another host carries no data files, so the table is Python. The unit tests fail when the
module is not what this prints.
"""

from __future__ import annotations

import csv
import pathlib
import sys
import textwrap
from collections.abc import Iterable

DATA = pathlib.Path(__file__).parent / "data" / "azurerm_to_az.tsv"
MODULE = pathlib.Path(__file__).parents[2] / "plugins" / "module_utils" / "_runbook" / "azurerm_table.py"

HEAD = '''\
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Made by tests/tools/azurerm_table.py from tests/tools/data/azurerm_to_az.tsv; do not edit.
#
# The names come from https://github.com/Azure/azure-powershell-migration, which is under this licence (MIT):
#
# Copyright (c) Microsoft Corporation.
#
# Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
# documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
# rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
# persons to whom the Software is furnished to do so, subject to the following conditions:
#
# The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
# Software.
#
# THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
# WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
# COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
# OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

"""AzureRM 6.13.1 and its twins in Az 11: the commands of each module, read by ``azurerm_names``.

A line with ``=`` names an AzureRM module and the Az module of its twins; without an Az module there are none. Below
are commands: ``Get,New-AzureRmVM`` are two. A twin that is not just ``Az`` for ``AzureRm`` or ``Azure`` follows after
``>``, parameters that it has no more after ``!``.
"""

from __future__ import annotations

TABLE = """\\
'''


def main() -> None:
    if sys.argv[1:] == ["--write"]:
        MODULE.write_text(module(), encoding="utf-8")
    else:
        print(module(), end="")


def module() -> str:
    """The whole module."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        # the manifest of this one module writes its name in another way than everybody else
        module_name = row["azurerm_module"].replace("AzureRM.profile", "AzureRM.Profile")
        groups.setdefault((module_name, _twin_module(row)), []).append(row)
    return HEAD + "".join(_group(*key, groups[key]) for key in sorted(groups)) + '"""\n'


def _twin_module(row: dict[str, str]) -> str:
    """A twin of an unknown module is an alias of a command that Az has no more: no twin."""
    return "" if row["az_module"] == "?" else row["az_module"]


def _group(azurerm_module: str, az_module: str, rows: Iterable[dict[str, str]]) -> str:
    verbs: dict[str, list[str]] = {}
    for row in rows:
        verb, noun = row["azurerm_command"].split("-", 1)
        verbs.setdefault(noun + (_suffix(row) if az_module else ""), []).append(verb)
    words = [f"{','.join(found)}-{noun}" for noun, found in verbs.items()]
    lines = textwrap.wrap(" ".join(words), 118, break_long_words=False, break_on_hyphens=False)
    return "\n".join([f"= {azurerm_module} {az_module}".rstrip(), *lines]) + "\n"


def _suffix(row: dict[str, str]) -> str:
    renamed = f">{row['az_command']}" if row["az_command"] != plain_twin(row["azurerm_command"]) else ""
    return renamed + (f"!{row['parameters_gone']}" if row["parameters_gone"] else "")


def plain_twin(command: str) -> str:
    """The name with ``Az`` for ``AzureRm`` or ``Azure``."""
    verb, noun = command.split("-", 1)
    for prefix in ("AzureRm", "Azure"):
        if noun.lower().startswith(prefix.lower()):
            return f"{verb}-Az{noun[len(prefix) :]}"
    return command


if __name__ == "__main__":
    main()
