# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which releases of the SDK are refused."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import MissingPackage
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import (
    _import,
    _refuse_old_automation,
)


@pytest.mark.parametrize("version", ["0.1.1", "1.0.0", "1.0.1", "1.1.0b1", "1.1.0b3"])
def test_releases_that_drop_the_identity_are_refused(version: str) -> None:
    with pytest.raises(MissingPackage, match=r"azure-mgmt-automation>=1\.1\.0b4"):
        _refuse_old_automation(version)


@pytest.mark.parametrize("version", ["1.1.0b4", "1.1.0b5", "1.1.0", "1.2.0b1", "2.0.0", "2.1.0b1", "10.0.0"])
def test_releases_that_know_the_identity_are_taken(version: str) -> None:
    _refuse_old_automation(version)


def test_the_one_package_that_is_missing_is_named() -> None:
    with pytest.raises(MissingPackage, match="pip install no-such-package"):
        _import("no_such_module_at_all", "no-such-package")
