# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose access is meant, and when a Run As account counts as unused."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_sources import (
    Source,
    choose,
    dormant_because,
    dormant_principals,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as import RunAs
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

ACCOUNT = AccountId("s", "rg", "aa-ops")
ONE = RunAs("AzureRunAsConnection", "azure", application_id="a1")
TWO = RunAs("Reporting", "azure", application_id="a2")
CLASSIC = RunAs("AzureClassicRunAsConnection", "classic")
PRINCIPAL = "11111111-1111-1111-1111-111111111111"


def test_all_connections_with_a_service_principal_are_meant_unless_one_is_named() -> None:
    assert choose(ACCOUNT, [ONE, TWO, CLASSIC], None, None) == [ONE, TWO]
    assert choose(ACCOUNT, [ONE, TWO], "reporting", None) == [TWO]
    assert choose(ACCOUNT, [CLASSIC], None, None) == []


@pytest.mark.parametrize("name", ["Missing", "AzureClassicRunAsConnection"])
def test_a_connection_that_is_none_is_named_with_those_that_are(name: str) -> None:
    with pytest.raises(StepError, match=f"no Run As connection {name}.*AzureRunAsConnection, Reporting"):
        choose(ACCOUNT, [ONE, TWO, CLASSIC], name, None)


def test_a_principal_belongs_to_one_connection() -> None:
    with pytest.raises(StepError, match="Name the one that is meant with connection"):
        choose(ACCOUNT, [ONE, TWO], None, PRINCIPAL)
    assert choose(ACCOUNT, [ONE, TWO], "Reporting", PRINCIPAL) == [TWO]
    assert choose(ACCOUNT, [], None, PRINCIPAL) == []


@pytest.mark.parametrize(
    ("run_as", "principal", "why"),
    [
        (ONE, {"accountEnabled": True}, None),
        (ONE, {}, None),
        (None, {}, None),
        (ONE, None, "its service principal is gone"),
        (ONE, {"accountEnabled": False}, "its service principal is disabled"),
        (
            RunAs("c", "azure", application_id="a", expires="2023-01-01T00:00:00+00:00", expired=True),
            {},
            "its certificate expired on 2023-01-01T00:00:00+00:00",
        ),
        (
            RunAs("c", "azure", application_id="a", missing=("the certificate asset",)),
            {},
            "Run As connection c lacks the certificate asset",
        ),
    ],
)
def test_when_nothing_can_log_in(run_as: RunAs | None, principal: dict[str, Any] | None, why: str | None) -> None:
    assert dormant_because(run_as, principal) == why


def test_a_principal_is_used_when_any_connection_can_use_it() -> None:
    used, expired = Source("c1", "a", "p"), Source("c2", "a", "p", "expired")
    assert dormant_principals([used, expired]) == {"p": None}
    assert dormant_principals([expired, used]) == {"p": None}
    assert dormant_principals([expired, Source("c3", "b", None)]) == {"p": "expired"}
