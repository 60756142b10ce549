# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which texts from Azure Ansible may look at, on whichever core the tests run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible import template
from ansible.errors import AnsibleParserError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.azauto.runas_migration.plugins.plugin_utils._expressions import (
    Expressions,
    from_azure,
    refuse_broken,
    trusted,
)


def what_a_task_sees(value: Any) -> Any:
    templar = Templar(loader=DataLoader(), variables={"seen": from_azure(value), "secret": "leaked"})
    return templar.template(trusted("{{ seen }}"))


@pytest.mark.parametrize(
    "text", ["{{ secret }}", "{% if true %}x{% endif %}", "{# x #}", "lookup('pipe', 'id')", "plain"]
)
def test_text_from_azure_stays_what_it_is(text: str) -> None:
    assert what_a_task_sees(text) == text
    assert what_a_task_sees({"key": [text], text: None}) == {"key": [text], text: None}


def test_ids_and_names_carry_no_mark_that_awx_would_show() -> None:
    shown = {"id": "/subscriptions/0-1/resourceGroups/rg.a_b", "when": "2026-01-01T00:00:00Z", "n": [1, None, True]}
    assert json.dumps(from_azure(shown)) == json.dumps(shown)
    assert not any("Unsafe" in type(value).__name__ for value in from_azure(shown).values())


def test_only_what_is_harmless_is_trusted() -> None:
    is_trusted = getattr(template, "is_trusted_as_template", lambda text: "Unsafe" not in type(text).__name__)
    judged = {text: is_trusted(from_azure(text)) for text in ("plain text", "{{ x }}", "lookup('x')", "a | b", "x[0]")}
    assert judged == {"plain text": True, "{{ x }}": False, "lookup('x')": False, "a | b": False, "x[0]": False}


def test_an_expression_that_is_none_is_named() -> None:
    refuse_broken("host_filters", ["a == 'b'", "tags.x is defined", True])
    with pytest.raises(AnsibleParserError, match="host_filters: 'a ==' is no expression"):
        refuse_broken("host_filters", ["a =="])


def fail() -> Any:
    raise AnsibleParserError("there is no such tag")


def test_what_cannot_be_evaluated_is_counted_once_for_each_expression() -> None:
    expressions = Expressions(strict=False)
    assert [expressions.evaluate("hostnames", "tags.x", name, fail) for name in ("aa-one", "aa-two")] == [None, None]
    (sentence,) = expressions.warnings()
    assert sentence.startswith("hostnames: 'tags.x' cannot be evaluated for 2 accounts, such as aa-one,")


def test_with_strict_it_is_an_error() -> None:
    with pytest.raises(AnsibleParserError, match=r"'tags\.x' cannot be evaluated for account aa-one: there is no"):
        Expressions(strict=True).evaluate("hostnames", "tags.x", "aa-one", fail)
