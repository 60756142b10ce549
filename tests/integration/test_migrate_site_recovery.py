# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving the vaults of the demo estate: predicted, done, done again, and put back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .conftest import Azure

STEP = "migrate_site_recovery"


def test_first(azure: Azure) -> None:
    r = azure.call(STEP, "aa-recovery", check=True)
    print(json.dumps(r, indent=1))
    r2 = azure.call(STEP, "aa-recovery")
    print(json.dumps(r2, indent=1))
    r3 = azure.call(STEP, "aa-recovery")
    print(json.dumps({k: r3[k] for k in ("changed", "findings", "changes", "partial")}, indent=1))
    assert r["plan_fingerprint"] == r2["plan_fingerprint"]
    assert 0
