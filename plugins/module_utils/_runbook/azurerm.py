# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Move the AzureRM names of a script to Az, or alias them: all of them or none (runbook-idioms, section 3.11)."""

from __future__ import annotations

from .azurerm_alias import plan_alias
from .azurerm_calls import plan_calls
from .azurerm_modules import plan_modules
from .azurerm_objects import plan_objects
from .azurerm_scene import Scene
from .azurerm_secrets import plan_secrets
from .azurerm_texts import report_texts
from .edits import Span
from .login_parameters import AZURERM


def uses_azurerm(scene: Scene) -> bool:
    """Tell whether the script uses AzureRM, and no alias that makes it Az."""
    return AZURERM in scene.families.places and not scene.families.aliased


def plan_azurerm(scene: Scene) -> list[Span]:
    """Return the spans that make the script one of Az; what stands against it is reported, at its line.

    Nothing is planned for a script without AzureRM names, nor with the option ``azurerm: keep``.
    """
    if scene.options.azurerm == "keep" or not uses_azurerm(scene):
        return []
    calls = plan_calls(scene)
    modules = plan_modules(scene)
    objects = [*plan_objects(scene), *plan_secrets(scene)]
    report_texts(scene, {(span.start, span.end) for span in calls.names}, modules)
    if scene.options.azurerm == "alias":
        return [*calls.parameters, *calls.logins, *calls.unaliased, *modules.spans, *objects, *plan_alias(scene, calls)]
    names = sorted([*calls.logins, *calls.unaliased, *calls.names, *modules.spans])
    if names:
        scene.report.add_at("RA503", names[0].start, count=len(names))
    return [*names, *calls.parameters, *objects]
