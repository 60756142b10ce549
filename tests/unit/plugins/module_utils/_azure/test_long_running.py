# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long to wait before an operation is asked for again."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.long_running import retry_after


@pytest.mark.parametrize(
    ("told", "seconds"), [(None, 2.0), ("", 2.0), ("30", 30.0), ("0", 0.0), ("0.5", 0.5), ("-1", 0.0), ("soon", 2.0)]
)
def test_seconds(told: str | None, seconds: float) -> None:
    assert retry_after({} if told is None else {"Retry-After": told}) == seconds


def test_a_date() -> None:
    later = datetime.now(timezone.utc) + timedelta(seconds=40)
    assert 30 < retry_after({"Retry-After": format_datetime(later, usegmt=True)}) <= 40
    assert retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
