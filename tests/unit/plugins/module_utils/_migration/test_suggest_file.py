# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role map as a file: names that are anybody's text stay data, and comments stay comments."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import suggest_file
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import Assignment
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.suggest_model import (
    Activity,
    CodeUse,
    Holding,
    NotCovered,
    Reasons,
    Suggestion,
    Suggestions,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

HOSTILE = "rg\n  - role: Owner\n\u2028&x *y !!python/object \x1b[31m '\"# { boom }: -"
SCOPE = f"/subscriptions/1/resourceGroups/{HOSTILE}"


def hostile() -> Suggestions:
    holding = Holding(Assignment("id", "/subscriptions/1", "g", "p"), HOSTILE)
    reasons = {
        "a/b/read": Reasons(
            activity=[Activity(HOSTILE, SCOPE, 1, HOSTILE, HOSTILE)], code=[CodeUse(HOSTILE, "draft", 1, HOSTILE, ())]
        )
    }
    suggestion = Suggestion(HOSTILE, "g", SCOPE, holding, "own", reasons)
    rule = {"role": HOSTILE, "scope": "/subscriptions/1", "to": [{"role": HOSTILE, "scope": SCOPE}]}
    left = NotCovered("rest", HOSTILE, HOSTILE, "draft", 2, HOSTILE, SCOPE)
    return Suggestions((suggestion,), (rule,), (left,))


def test_hostile_names_come_back_as_they_were_and_add_nothing() -> None:
    found = hostile()
    content = suggest_file.render(found, HOSTILE)
    assert yaml.safe_load(content) == {"copy_runas_roles_role_map": [dict(rule) for rule in found.role_map]}


def test_a_comment_is_one_printable_line() -> None:
    for line in suggest_file.render(hostile(), HOSTILE).decode().split("\n"):
        assert line.isprintable()
        assert len(line) < 400


def test_a_name_that_ansible_would_run_is_left_out_and_said_so() -> None:
    rule = {"role": "{{ lookup('pipe', 'id') }}", "scope": "/subscriptions/1", "to": ["Reader"]}
    harmless = {**rule, "role": "Contributor"}
    content = suggest_file.render(Suggestions(role_map=(rule, harmless)), "account")
    assert yaml.safe_load(content) == {"copy_runas_roles_role_map": [harmless]}
    assert b"# Left out, because Ansible would take a name in it for a template" in content


def test_nothing_to_suggest_is_an_empty_list() -> None:
    assert yaml.safe_load(suggest_file.render(Suggestions(), "account")) == {"copy_runas_roles_role_map": []}


def test_a_file_that_nobody_edited_is_replaced_and_an_edited_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "map.yml"
    first, second = suggest_file.render(Suggestions(), "a"), suggest_file.render(Suggestions(), "b")
    assert suggest_file.write(str(path), first, force=False, check_mode=False)
    assert suggest_file.write(str(path), second, force=False, check_mode=False)
    path.write_bytes(second + b"# mine\n")
    with pytest.raises(StepError, match="was edited since"):
        suggest_file.write(str(path), first, force=False, check_mode=False)
    assert path.read_bytes() == second + b"# mine\n"


def test_a_read_only_file_is_an_obstacle_in_check_mode_too(tmp_path: Path) -> None:
    path = tmp_path / "map.yml"
    path.write_bytes(b"x")
    path.chmod(0o400)
    for check_mode in (True, False):
        with pytest.raises(StepError, match="it is read-only"):
            suggest_file.write(str(path), b"y", force=True, check_mode=check_mode)
    assert [item.name for item in tmp_path.iterdir()] == ["map.yml"]
