# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documents of any shape: read into one that can be relied on, and what was wrong is named."""

from __future__ import annotations

from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._report.shape import (
    Fields,
    Flag,
    Many,
    Number,
    Text,
    Words,
    sound,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.shapes import ASSESSMENT
from ansible_collections.azauto.runas_migration.tests.tools import report_estate

THING = Fields(
    {
        "name": Text(),
        "note": Text(nullable=True),
        "size": Number(),
        "on": Flag(),
        "colour": Text(choices=("red", "blue"), otherwise="red"),
        "parts": Many(Fields({"name": Text()})),
        "maybe": Many(Text(), nullable=True),
        "tags": Words(),
    }
)
PLAIN = {
    "name": "n",
    "note": None,
    "size": 1,
    "on": True,
    "colour": "blue",
    "parts": [{"name": "p"}],
    "maybe": None,
    "tags": {"a": "b"},
}

VALIDATOR = jsonschema.Draft202012Validator(ASSESSMENT.schema())

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def read(value: Any) -> tuple[Any, list[str]]:
    wrong: list[str] = []
    return THING.read(value, "", wrong), wrong


def test_what_has_the_shape_stays_as_it_is() -> None:
    assert read(PLAIN) == (PLAIN, [])


def test_what_is_missing_gets_its_default_and_is_no_fault() -> None:
    empty = {
        "name": "",
        "note": None,
        "size": None,
        "on": None,
        "colour": "red",
        "parts": [],
        "maybe": None,
        "tags": {},
    }
    assert read({}) == (empty, [])


def test_what_nobody_knows_is_left_out() -> None:
    assert read({**PLAIN, "of a later release": 1}) == (PLAIN, [])


def test_what_is_of_another_shape_is_named_and_costs_itself_only() -> None:
    broken = {
        **PLAIN,
        "size": "1",
        "on": 1,
        "colour": "green",
        "parts": [{"name": "p"}, 5, {"name": []}, None],
        "tags": 3,
    }
    result, wrong = read(broken)
    assert result == {
        **PLAIN,
        "size": None,
        "on": None,
        "colour": "red",
        "parts": [{"name": "p"}, {"name": ""}],
        "tags": {},
    }
    assert wrong == [".size", ".on", ".colour", ".parts[1]", ".parts[2].name", ".parts[3]", ".tags"]


def test_half_a_character_becomes_one_that_can_be_written() -> None:
    assert sound("a\ud800b") == "a\ufffdb"
    assert sound("\ud83d\ude00 \u00e9") == "\U0001f600 \u00e9"
    assert sound("\ufeffx") == "\ufeffx"


@settings(deadline=None)
@given(JSON)
def test_whatever_an_assessment_holds_the_result_has_the_published_shape(value: Any) -> None:
    result = ASSESSMENT.read(value, "", [])
    VALIDATOR.validate(result)


@settings(deadline=None)
@given(st.data())
def test_one_broken_part_does_not_touch_the_others(data: st.DataObject) -> None:
    document = report_estate.assessment(runbooks=[report_estate.runbook("rb", "manual")])
    part = data.draw(st.sampled_from(sorted(document.keys() - {"account", "format", "runbooks"})))
    result = ASSESSMENT.read({**document, part: data.draw(JSON)}, "", []) or {}
    VALIDATOR.validate(result)
    assert result["runbooks"][0]["name"] == "rb"
