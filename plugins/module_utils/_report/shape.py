# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Shapes of JSON documents: read what may be of any shape, and tell the JSON schema of what comes out.

Assessments and journals come from folders that anybody may have touched. What is of
another shape than expected is replaced by its default and named, so that whatever reads
the result can rely on it: one broken part costs that part, never the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Shape(Protocol):
    """What a value looks like."""

    def default(self) -> Any:
        """Return what stands for a value that is missing, or of another shape."""

    def read(self, value: Any, where: str, wrong: list[str]) -> Any:
        """Return the value in this shape; add the place of each part that is of another shape to ``wrong``."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of what ``read`` returns."""


@dataclass(frozen=True)
class Text:
    """A text. With ``nullable`` what is missing is None, else empty. One of ``choices``, if there are any."""

    nullable: bool = False
    choices: tuple[str, ...] = ()
    otherwise: str = ""

    def default(self) -> str | None:
        return None if self.nullable else self.otherwise

    def read(self, value: Any, where: str, wrong: list[str]) -> str | None:
        if value is None:
            return self.default()
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            wrong.append(where)
            return self.default()
        text = sound(str(value))
        if self.choices and text not in self.choices:
            wrong.append(where)
            return self.default()
        return text

    def schema(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"type": ["string", "null"] if self.nullable else "string"}
        if self.choices:
            shown["enum"] = [*self.choices, *([None] if self.nullable else [])]
        return shown


@dataclass(frozen=True)
class Number:
    """A whole number, or None."""

    def default(self) -> int | None:
        return None

    def read(self, value: Any, where: str, wrong: list[str]) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            wrong.append(where)
            return None
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "null"]}


@dataclass(frozen=True)
class Flag:
    """Yes, no, or None: not known."""

    def default(self) -> bool | None:
        return None

    def read(self, value: Any, where: str, wrong: list[str]) -> bool | None:
        if value is None or isinstance(value, bool):
            return value
        wrong.append(where)
        return None

    def schema(self) -> dict[str, Any]:
        return {"type": ["boolean", "null"]}


@dataclass(frozen=True)
class Many:
    """A list; items of another shape are left out. With ``nullable`` None is not the same as an empty list."""

    item: Shape
    nullable: bool = False

    def default(self) -> list[Any] | None:
        return None if self.nullable else []

    def read(self, value: Any, where: str, wrong: list[str]) -> list[Any] | None:
        if value is None:
            return self.default()
        if not isinstance(value, list):
            wrong.append(where)
            return self.default()
        items = []
        for position, item in enumerate(value):
            faults: list[str] = [] if item is not None else [""]
            read = self.item.read(item, "", faults)
            wrong += [f"{where}[{position}]{fault}" for fault in faults]
            if "" not in faults:
                items.append(read)
        return items

    def schema(self) -> dict[str, Any]:
        return {"type": ["array", "null"] if self.nullable else "array", "items": self.item.schema()}


@dataclass(frozen=True)
class Fields:
    """An object with these fields; others are left out. With ``nullable`` None stays None."""

    fields: Mapping[str, Shape]
    nullable: bool = False

    def default(self) -> dict[str, Any] | None:
        return None if self.nullable else {name: shape.default() for name, shape in self.fields.items()}

    def read(self, value: Any, where: str, wrong: list[str]) -> dict[str, Any] | None:
        if value is None:
            return self.default()
        if not isinstance(value, dict):
            wrong.append(where)
            return self.default()
        return {name: shape.read(value.get(name), f"{where}.{name}", wrong) for name, shape in self.fields.items()}

    def schema(self) -> dict[str, Any]:
        return {
            "type": ["object", "null"] if self.nullable else "object",
            "properties": {name: shape.schema() for name, shape in self.fields.items()},
            "required": list(self.fields),
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class Words:
    """An object whose names are free and whose values are texts, such as tags."""

    def default(self) -> dict[str, str]:
        return {}

    def read(self, value: Any, where: str, wrong: list[str]) -> dict[str, str]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            wrong.append(where)
            return {}
        return {sound(str(name)): sound(str(text)) for name, text in value.items()}

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "string"}}


@dataclass(frozen=True)
class Counts:
    """An object of whole numbers, such as how many accounts are in which state."""

    names: Sequence[str] = ()

    def default(self) -> dict[str, int]:
        return {}

    def read(self, value: Any, where: str, wrong: list[str]) -> dict[str, int]:
        wrong += [] if isinstance(value, dict) else [where]
        return dict(value) if isinstance(value, dict) else {}

    def schema(self) -> dict[str, Any]:
        count = {"type": "integer", "minimum": 0}
        if not self.names:
            return {"type": "object", "additionalProperties": count}
        return {
            "type": "object",
            "properties": dict.fromkeys(self.names, count),
            "required": list(self.names),
            "additionalProperties": False,
        }


def sound(text: str) -> str:
    """Return a text that any encoding can write: half a surrogate pair, which JSON can carry, is replaced."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
