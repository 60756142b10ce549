# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Estate files: YAML in, a checked ``Estate`` out, or one sentence that names the place and the mistake."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from azure_simulator import estate_model, estate_model_dependants
from azure_simulator.estate_model import Estate


class EstateError(ValueError):
    """An estate file that cannot be used; the text is one sentence for people."""


def read(path: Path) -> Estate:
    """Read an estate file. EstateError names the file, the place in it and what is wrong there."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EstateError(f"{path}: the estate cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise EstateError(f"{path}: the estate is not UTF-8 text.") from None
    return parse(text, str(path))


def parse(text: str, source: str) -> Estate:
    """Parse an estate's text; ``source`` is how errors call it."""
    try:
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        raise EstateError(f"{source}: {place}: this is not YAML ({error.problem}).") from None
    if data is not None and not isinstance(data, dict):
        raise EstateError(f"{source}: an estate is a mapping of keys such as accounts and subscriptions.")
    try:
        return Estate.model_validate(data or {})
    except ValidationError as error:
        raise EstateError(f"{source}: {_sentence(error.errors()[0], data)}") from None


def _sentence(problem: ErrorDetails, data: Any) -> str:
    place = _place(problem["loc"], data)
    if problem["type"] == "extra_forbidden":
        return f"{place}: there is no such key{_suggestion(str(problem['loc'][-1]))}."
    if problem["type"] == "missing":
        return f"{place}: this is required."
    message = problem["msg"].removeprefix("Value error, ")
    return (
        f"{place}: {message[0].lower()}{message[1:]}, not {_short(problem['input'])}."
        if _tells(problem)
        else (f"{place}: {message}.")
    )


def _tells(problem: ErrorDetails) -> bool:
    return problem["type"] != "value_error"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _place(location: tuple[int | str, ...], data: Any) -> str:
    """``accounts[3] (aa-plain).run_as.status``: with the name of each list item that has one."""
    text, here = "", data
    for part in location:
        here = _inside(here, part)
        if isinstance(part, int):
            name = here.get("name") if isinstance(here, dict) else None
            text += f"[{part}]" + (f" ({name})" if isinstance(name, str) else "")
        else:
            text += f".{part}" if text else part
    return text or "the estate"


def _inside(value: Any, part: int | str) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _suggestion(key: str) -> str:
    known = {
        name
        for model in (*vars(estate_model).values(), *vars(estate_model_dependants).values())
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name in model.model_fields
    }
    close = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean {close[0]}" if close else ""
