# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rewriter finds every use of a Run As account in the runbooks of varied estates, and none that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import account_of
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as import find_run_as
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.usage import runbook_uses
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import RewriteOptions, Verdict, rewrite
from azure_simulator import estates
from azure_simulator.generated_forms import Form, forms
from azure_simulator.generated_run_as import ODD_CERTIFICATES, ODD_CONNECTIONS, VARIETIES
from azure_simulator.server import Simulator
from azure_simulator.testing import Azure
from azure_simulator.world import World

USUAL = {
    "CONNECTION": "AzureRunAsConnection",
    "CERTIFICATE": "AzureRunAsCertificate",
    "CLASSIC": "AzureClassicRunAsConnection",
    "SECOND": "Second connection",
}
IDS = {
    "subscription_id": "11111111-1111-1111-1111-111111111111",
    "tenant_id": "22222222-2222-2222-2222-222222222222",
}
NAMES = [
    pytest.param(USUAL, id="usual"),
    *(
        pytest.param({**USUAL, "CONNECTION": connection, "CERTIFICATE": certificate}, id=f"odd-{number}")
        for number, (connection, certificate) in enumerate(zip(ODD_CONNECTIONS, ODD_CERTIFICATES, strict=True))
    ),
]
VERDICTS = {
    "automatic": {Verdict.REWRITTEN, Verdict.REWRITTEN_WITH_ASSUMPTIONS},
    "manual": {Verdict.MANUAL},
    "unparsable": {Verdict.UNPARSABLE},
    "not_used": {Verdict.NOT_USED},
}


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("form", [pytest.param(form, id=f"{form.outcome}-{form.name}") for form in forms()])
def test_the_verdict_is_the_truth(form: Form, names: dict[str, str]) -> None:
    if not form.fits(names):
        assert form.is_graph, "a graph names what the portal named so, and every other form takes any name"
        return
    known = {names[place]: IDS for place in ("CONNECTION", "CLASSIC", "SECOND")}
    options = RewriteOptions(connections=known, certificates=frozenset({names["CERTIFICATE"]}))
    assert rewrite(form.filled(names, 7), form.type, options).verdict in VERDICTS[form.outcome]


def test_every_use_is_found_in_accounts_of_every_kind_and_no_other(tmp_path: Path) -> None:
    world = World()
    estates.generate_varied(world, len(VARIETIES), 6, 7)
    azure = Azure(Simulator(world, tmp_path / "azure"))
    try:
        held = azure.endpoint["logins"]["reader"]
        who = {name: held[name] for name in ("tenant", "client_id", "secret")}
        login = Login(cloud_environment=azure.base, ca_bundle=azure.ca, **who)
        with Session(login) as session:
            found = {name: uses_in(session, told) for name, told in world.provider_state["truth"].items()}
    finally:
        azure.simulator.stop()
    assert found == {name: uses_of(told) for name, told in world.provider_state["truth"].items()}


def uses_in(session: Session, told: dict[str, Any]) -> set[tuple[str, str | None]]:
    account = account_of(told["id"])
    usage = runbook_uses(session, account, find_run_as(session, account), max_parallel=4)
    assert usage.unread == ()
    return {(use.name, use.version) for use in usage.uses}


def uses_of(told: dict[str, Any]) -> set[tuple[str, str | None]]:
    return {(name, version) for version in ("published", "draft") for name in told[f"{version}_uses"]}
