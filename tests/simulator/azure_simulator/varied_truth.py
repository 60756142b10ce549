# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tool should find out about a varied estate. ESTATES.md tells what each member means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from azure_simulator import estate_model as model
from azure_simulator import rbac
from azure_simulator.estate_build import Builder
from azure_simulator.estate_run_as import CERTIFICATES, CONNECTIONS, days_of
from azure_simulator.generated_forms import Form

Json = dict[str, Any]

# Without these nothing that is left tells who made the application (contract 3.6).
_TELLS_ORIGIN = {"application", "application_id", "credential"}
# Without these nothing tells whose roles they would be.
_TELLS_PRINCIPAL = {"application", "application_id", "service_principal"}


@dataclass
class RunbookTruth:
    """The forms of a runbook's two contents, and what starts it."""

    name: str
    type: str
    published: Form | None
    draft: Form | None
    schedules: list[str] = field(default_factory=list)
    webhooks: list[str] = field(default_factory=list)
    last_job: Json | None = None

    def as_dict(self, *, connected: bool) -> Json:
        """As the truth tells it; ``connected`` is whether the account has a connection to read ids from."""
        return {
            "name": self.name,
            "type": self.type,
            "state": "New" if self.published is None else "Edit" if self.draft else "Published",
            "published": _content(self.published, connected),
            "draft": _content(self.draft, connected),
            "schedules": self.schedules,
            "webhooks": self.webhooks,
            "last_job": self.last_job,
        }


def _content(form: Form | None, connected: bool) -> Json | None:
    """Whether it is rewritten automatically may hang on ids that only the connection holds."""
    if form is None:
        return None
    automatic = form.outcome == "automatic" if form.uses_run_as and connected else None
    return {"form": form.name, "uses_run_as": form.uses_run_as, "outcome": form.outcome, "automatic": automatic}


@dataclass
class AccountTruth:
    """What is true about one account, by the names of the estate; ``finished`` adds what only the world knows."""

    name: str
    variety: str
    identity: list[str]
    run_as: list[model.RunAs]
    runbooks: list[RunbookTruth]


def run_as_names(run_as: Sequence[model.RunAs]) -> dict[str, str]:
    """The names that the runbooks of an account with these may use, by the places of the forms."""
    names: dict[str, str] = {}
    for item in run_as:
        connection = item.connection or CONNECTIONS[item.kind]
        if item.kind == "classic":
            names["CLASSIC"] = connection
        elif "CONNECTION" in names:
            names["SECOND"] = connection
        else:
            names["CONNECTION"] = connection
            names["CERTIFICATE"] = item.certificate or CERTIFICATES[item.kind]
    return names


def finished(truths: Sequence[AccountTruth], builder: Builder) -> dict[str, Json]:
    """The whole truth by the account's name, with the ids that the world gave to things."""
    sharing = _sharing(truths)
    seen: set[str] = set()
    return {truth.name: _account(truth, builder, sharing, seen) for truth in truths}


def _sharing(truths: Sequence[AccountTruth]) -> Mapping[str, list[str]]:
    """The accounts whose connections name an application, by the application's name."""
    found: dict[str, list[str]] = {}
    for truth in truths:
        for item in truth.run_as:
            if item.application and not {"connection", "application_id"} & set(item.missing):
                found.setdefault(item.application, []).append(truth.name)
    return found


def _account(truth: AccountTruth, builder: Builder, sharing: Mapping[str, list[str]], seen: set[str]) -> Json:
    there = [item for item in truth.run_as if "connection" not in item.missing]
    gone = [item for item in truth.run_as if "connection" in item.missing and "certificate" not in item.missing]
    runbooks = [runbook.as_dict(connected=bool(there)) for runbook in truth.runbooks]
    return {
        "id": builder.account_ids[truth.name],
        "variety": truth.variety,
        "identity": truth.identity,
        "run_as": [_run_as(truth.name, item, builder, sharing, seen) for item in there],
        "certificates_without_connection": [item.certificate or CERTIFICATES[item.kind] for item in gone],
        "runbooks": runbooks,
        "uses_run_as": [book["name"] for book in runbooks if _uses(book, "published") or _uses(book, "draft")],
        "published_uses": [book["name"] for book in runbooks if _uses(book, "published")],
        "draft_uses": [book["name"] for book in runbooks if _uses(book, "draft")],
    }


def _uses(book: Json, version: str) -> bool:
    return bool(book[version] and book[version]["uses_run_as"])


def _run_as(
    account: str, item: model.RunAs, builder: Builder, sharing: Mapping[str, list[str]], seen: set[str]
) -> Json:
    is_azure = item.kind == "azure"
    application = item.application if is_azure else None
    others = [builder.account_ids[name] for name in sharing.get(application or "", []) if name != account]
    return {
        "connection": item.connection or CONNECTIONS[item.kind],
        "kind": item.kind,
        "origin": _origin(item, seen),
        "status": item.status,
        "certificate": None if "certificate" in item.missing else item.certificate or CERTIFICATES[item.kind],
        "days_left": days_of(item),
        "missing": list(item.missing),
        "differs": list(item.differs),
        "enabled": item.enabled if is_azure else None,
        "application": application,
        "application_id": builder.applications[application].data["appId"] if application else None,
        "principal_id": builder.principals[application].id if application else None,
        "shared_with": others,
        "roles": _roles(item, application, builder),
    }


def _origin(item: model.RunAs, seen: set[str]) -> str | None:
    """Who made it; ``unknown`` where nothing tells, None where it may be told in two ways.

    The first account that has a shared application had it made; the connections of the others were made by hand,
    with a certificate that the service made: nobody can be wrong about these.
    """
    if item.kind == "classic" or _TELLS_ORIGIN & set(item.missing):
        return "unknown"
    if item.application in seen:
        return None
    seen.add(str(item.application))
    return item.origin


def _roles(item: model.RunAs, application: str | None, builder: Builder) -> list[Json] | None:
    """The role assignments of the service principal; None where there is none to ask for."""
    if application is None or _TELLS_PRINCIPAL & set(item.missing):
        return None
    world = builder.world
    held = rbac.of_principal(world, builder.principals[application].id)
    return [
        {
            "role": world.role_definitions[rbac.role_guid(one.role_definition_id)].role_name,
            "scope": one.scope,
        }
        for one in held
    ]
