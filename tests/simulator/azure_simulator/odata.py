# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The little of OData's ``$filter`` that the simulated services understand."""

from __future__ import annotations

import re

_AND = re.compile(r"\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)", re.IGNORECASE)
_EQUALS = re.compile(r"\(?\s*([\w/]+)\s+eq\s+(?:'((?:[^']|'')*)'|([\w.-]+))\s*\)?", re.IGNORECASE)
_FUNCTION = re.compile(r"\w+\(\s*'?((?:[^']|'')*?)'?\s*\)", re.IGNORECASE)
_ANY = re.compile(r"(\w+)/any\(\s*(\w+)\s*:\s*\2\s+eq\s+'((?:[^']|'')*)'\s*\)", re.IGNORECASE)

_STARTS = re.compile(r"startswith\(\s*(\w+)\s*,\s*'((?:[^']|'')*)'\s*\)", re.IGNORECASE)

_IN = re.compile(r"(\w+)\s+in\s+\(\s*('(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*)\s*\)", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:[^']|'')*)'")


class FilterError(ValueError):
    """A filter that the simulator does not understand."""


def split_terms(text: str) -> list[str]:
    """The terms of a filter, which ``and`` joins; none for an empty one."""
    return [term.strip() for term in _AND.split(text) if term.strip()]


def equality(term: str) -> tuple[str, str]:
    """The name and the value of ``name eq 'value'`` (or ``name eq true``)."""
    match = _EQUALS.fullmatch(term)
    if match is None:
        raise FilterError(f"not an equality: {term}")
    name, quoted, bare = match.groups()
    return name, bare if quoted is None else quoted.replace("''", "'")


def term_value(term: str, name: str) -> str:
    """The value of ``name eq 'value'`` for a name that is expected."""
    found, value = equality(term)
    if found.lower() != name.lower():
        raise FilterError(f"not about {name}: {term}")
    return value


def moment_bound(term: str, name: str, operator: str) -> str:
    """The time of ``name ge 2026-11-24T22:00:00Z``, written without quotes."""
    words = term.split()
    if len(words) != 3 or [words[0].lower(), words[1].lower()] != [name.lower(), operator]:
        raise FilterError(f"not {name} {operator} a time: {term}")
    return words[2]


def any_value(term: str) -> tuple[str, str] | None:
    """The collection and the value of ``collection/any(c:c eq 'value')``; None if the term is no such thing."""
    match = _ANY.fullmatch(term)
    return (match.group(1), match.group(3).replace("''", "'")) if match else None


def prefix_value(term: str) -> tuple[str, str] | None:
    """The name and the value of ``startswith(name,'value')``; None if the term is no such thing."""
    match = _STARTS.fullmatch(term)
    return (match.group(1), match.group(2).replace("''", "'")) if match else None


def in_values(term: str) -> tuple[str, list[str]] | None:
    """The name and the values of ``name in ('a','b')``; None if the term is no such thing."""
    match = _IN.fullmatch(term)
    if match is None:
        return None
    return match.group(1), [text.replace("''", "'") for text in _QUOTED.findall(match.group(2))]


def function_argument(term: str) -> str:
    """The argument of ``function('value')``."""
    match = _FUNCTION.fullmatch(term)
    if match is None or not match.group(1):
        raise FilterError(f"not a function of one argument: {term}")
    return match.group(1).replace("''", "'")
