# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The eligible role assignments of an estate."""

from __future__ import annotations

from azure_simulator import eligibility, entra, rbac
from azure_simulator.estate_build import DAY, Builder, find


def add_eligible(builder: Builder) -> None:
    """Make principals eligible for roles; EstateError names what there is not."""
    for position, item in enumerate(builder.estate.eligible):
        place = f"eligible[{position}]"
        principal = find(builder.principals, item.principal, f"{place}.principal", "principal")
        scope = builder.scope(item.scope, builder.subscription(None, place), f"{place}.scope")
        role = builder.role(item.role, f"{place}.role")
        seed = (scope.lower(), role.name, principal.id)
        made = eligibility.Eligible(
            name=builder.make_id("eligible", *seed),
            schedule=builder.make_id("eligibility schedule", *seed),
            scope=scope,
            role_definition_id=rbac.definition_id(scope, role.name),
            principal_id=principal.id,
            principal_type="Group" if principal.kind == entra.GROUP else "ServicePrincipal",
            starts=builder.born,
            ends=None if item.days is None else builder.now + item.days * DAY,
            condition=item.condition,
        )
        eligibility.add(builder.world, made)
