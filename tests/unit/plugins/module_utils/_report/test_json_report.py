# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""report.json: the published schema is that of the code, and holds for whole reports."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from ansible_collections.azauto.runas_migration.plugins.module_utils._report.shapes import report_schema
from ansible_collections.azauto.runas_migration.tests.tools import report_schema as tool


def test_the_published_schema_is_that_of_the_code() -> None:
    assert tool.FILE.read_text(encoding="utf-8") == tool.text(), "run: python tests/tools/report_schema.py --write"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())


def test_nothing_that_the_schema_does_not_name_is_valid() -> None:
    valid = {"format": 1, "title": "t", "time": None, "accounts": [], "problems": []}
    schema = json.loads(Path(tool.FILE).read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert not validator.is_valid(valid)
    assert {error.validator for error in validator.iter_errors({**valid, "more": 1})} == {
        "additionalProperties",
        "required",
    }
