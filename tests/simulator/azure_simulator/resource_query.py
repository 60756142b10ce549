# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The little of Resource Graph's query language that the simulator understands (contract 8).

One table, ``where`` with equality or ``in~``, ``project`` with or without new names, and ``order by``. Anything
else is refused as a query that cannot be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from azure_simulator.errors import Refusal
from azure_simulator.world import new_id

Row = dict[str, Any]
Value = Callable[[Row], Any]
Step = Callable[[list[Row]], list[Row]]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<sign>in~|=~|==|!~|!=)|(?P<word>\w+)|(?P<other>.))",
    re.DOTALL | re.IGNORECASE,
)
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=~": lambda left, right: left.lower() == right.lower(),
    "==": lambda left, right: left == right,
}


@dataclass
class Query:
    """A parsed query: the table that it reads, and the steps that turn its rows into the answer's."""

    table: str
    steps: list[Step] = field(default_factory=list)

    def run(self, rows: list[Row]) -> list[Row]:
        for step in self.steps:
            rows = step(rows)
        return rows


def parse(text: str, tables: Iterable[str]) -> Query:
    """Parse a query of one of the tables. Refuses with 400, naming the place that cannot be understood."""
    reader = _Reader(text)
    query = Query(reader.word(*tables))
    while reader.peek() != "<EOF>":
        reader.take("|".__eq__)
        step = {"where": _where, "project": _project, "order": _order}[reader.word("where", "project", "order")]
        query.steps.append(step(reader))
    return query


@dataclass(frozen=True)
class _Token:
    text: str
    at: int


class _Reader:
    """The tokens of a query, one after the other; refuses what does not fit."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [_Token(match.group().strip(), match.end()) for match in _TOKEN.finditer(text.rstrip())]
        self.next = 0

    def peek(self) -> str:
        return self.tokens[self.next].text if self.next < len(self.tokens) else "<EOF>"

    def take(self, fits: Callable[[str], bool]) -> str:
        token = self.peek()
        if token == "<EOF>" or not fits(token):
            raise self.refusal()
        self.next += 1
        return token

    def word(self, *words: str) -> str:
        """The next token, in lower case; one of ``words``, if they are given."""
        return self.take(lambda token: token.isidentifier() and (not words or token.lower() in words)).lower()

    def column(self) -> str:
        return self.take(str.isidentifier)

    def refusal(self) -> Refusal:
        """400, with the place where the query cannot be understood."""
        here = self.tokens[self.next] if self.next < len(self.tokens) else None
        position = here.at - len(here.text) if here else len(self.text)
        failure = {
            "code": "ParserFailure",
            "message": "ParserFailure",
            "line": 1,
            "characterPositionInLine": position,
            "token": self.peek(),
            "expectedToken": "Ǐ",
        }
        invalid = {"code": "InvalidQuery", "message": "Query is invalid. Please refer to the documentation."}
        return bad_request([invalid, failure])


def _where(reader: _Reader) -> Step:
    value = _comparable(reader)
    operator = reader.take(lambda token: token.lower() == "in~" or token in _OPERATORS).lower()
    if operator == "in~":
        wanted = {text.lower() for text in _texts(reader)}
        return lambda rows: [row for row in rows if _as_text(value(row)).lower() in wanted]
    holds, text = _OPERATORS[operator], _text(reader)
    return lambda rows: [row for row in rows if holds(_as_text(value(row)), text)]


def _comparable(reader: _Reader) -> Value:
    """A column, or ``tostring`` of a member: what lies inside a column has no type to be compared with."""
    name = reader.column()
    if name == "tostring" and reader.peek() == "(":
        return _tostring(reader)
    return lambda row: row.get(name)


def _tostring(reader: _Reader) -> Value:
    """The rest of ``tostring(column.member)``; what is not there becomes an empty text."""
    reader.take("(".__eq__)
    value = _member(reader, reader.column())
    reader.take(")".__eq__)
    return lambda row: _as_text(value(row))


def _member(reader: _Reader, column: str) -> Value:
    """The rest of ``column.member.member``."""
    path = [column]
    while reader.peek() == ".":
        reader.take(".".__eq__)
        path.append(reader.column())

    def value(row: Row) -> Any:
        found: Any = row
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    return value


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


def _texts(reader: _Reader) -> list[str]:
    reader.take("(".__eq__)
    texts = [_text(reader)]
    while reader.peek() == ",":
        reader.take(",".__eq__)
        texts.append(_text(reader))
    reader.take(")".__eq__)
    return texts


def _text(reader: _Reader) -> str:
    """A text between quotes, in which a backslash takes the meaning from what follows it."""
    quoted = reader.take(lambda token: token[0] in "'\"" and len(token) > 1)
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def _project(reader: _Reader) -> Step:
    columns = [_projected(reader)]
    while reader.peek() == ",":
        reader.take(",".__eq__)
        columns.append(_projected(reader))
    return lambda rows: [{name: value(row) for name, value in columns} for row in rows]


def _projected(reader: _Reader) -> tuple[str, Value]:
    """``column``, or ``name=column.member``, or ``name=tostring(column.member)``."""
    name = reader.column()
    if reader.peek() != "=":
        return name, lambda row: row.get(name)
    reader.take("=".__eq__)
    column = reader.column()
    if column == "tostring" and reader.peek() == "(":
        return name, _tostring(reader)
    return name, _member(reader, column)


def _order(reader: _Reader) -> Step:
    reader.word("by")
    column = reader.column()
    descending = reader.word("asc", "desc") == "desc"
    return lambda rows: sorted(rows, key=lambda row: _as_text(row.get(column)).lower(), reverse=descending)


def bad_request(details: Iterable[dict[str, Any]]) -> Refusal:
    """400 as Resource Graph writes it, with the details given."""
    moment = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    message = f"Please provide below info when asking for support: timestamp = {moment}, correlationId = {new_id()}."
    return Refusal(400, {"error": {"code": "BadRequest", "message": message, "details": list(details)}})
