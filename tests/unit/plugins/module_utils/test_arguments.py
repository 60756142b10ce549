# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options, their rules, and the environment behind them."""

from __future__ import annotations

from ansible_collections.azauto.runas_migration.plugins.module_utils._arguments import (
    ArgumentSpec,
    flat,
    with_environment,
)


def test_what_the_task_says_beats_the_environment() -> None:
    assert with_environment({"secret": "task"}, {"AZURE_SECRET": "environment"}) == {"secret": "task"}


def test_the_peer_s_names_come_before_those_of_the_sdk() -> None:
    environment = {"AZURE_TENANT_ID": "sdk", "AZURE_TENANT": "peer"}
    assert with_environment({"tenant": None}, environment) == {"tenant": "peer"}
    assert with_environment({"tenant": None}, {"AZURE_TENANT_ID": "sdk"}) == {"tenant": "sdk"}


def test_an_empty_string_is_unset_on_both_sides() -> None:
    assert with_environment({"tenant": ""}, {"AZURE_TENANT": "", "AZURE_TENANT_ID": "sdk"}) == {"tenant": "sdk"}


def test_options_that_a_module_does_not_have_are_not_added() -> None:
    assert with_environment({"state": "present"}, {"AZURE_SECRET": "s"}) == {"state": "present"}


def test_specs_are_merged_with_their_rules() -> None:
    one = ArgumentSpec({"a": {"type": "str"}}, required_together=(("a", "b"),))
    two = ArgumentSpec({"b": {"type": "str"}}, mutually_exclusive=(("b", "c"),))
    both = one + two
    assert sorted(both.options) == ["a", "b"]
    assert both.rules() == {"mutually_exclusive": [["b", "c"]], "required_together": [["a", "b"]], "required_if": []}


def test_surveys_give_one_item_a_line() -> None:
    assert flat(["one\ntwo\r\n", " three ", "", 4]) == ["one", "two", "three", "4"]


def test_a_proof_that_the_task_gives_is_not_mixed_with_another_one_of_the_environment() -> None:
    """A certificate goes before a secret: without this, one in the environment would log in instead."""
    options = {"secret": "task", "x509_certificate_path": None, "oidc_token_file_path": None, "tenant": None}
    environment = {
        "AZURE_X509_CERTIFICATE_PATH": "/certificate",
        "AZURE_FEDERATED_TOKEN_FILE": "/token",
        "AZURE_TENANT": "environment",
    }
    assert with_environment(options, environment) == {**options, "tenant": "environment"}
    assert with_environment({**options, "secret": None}, environment)["x509_certificate_path"] == "/certificate"
