# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Resource Graph says about its quota and about answers that are not whole."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Failed
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.resource_graph import _seconds, _whole
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Answer


@pytest.mark.parametrize(
    ("text", "seconds"), [("00:00:05", 5), ("00:01:02", 62), ("01:00:00", 3600), (None, 5), ("soon", 5), ("1:x:2", 5)]
)
def test_the_time_until_the_quota_is_back(text: str | None, seconds: int) -> None:
    assert _seconds(text) == seconds


def test_an_answer_that_was_cut_off_is_not_passed_off_as_whole() -> None:
    with pytest.raises(Failed, match="Asking failed: Resource Graph cut its answer off after 1 rows"):
        _whole(Answer(200, {}, {"resultTruncated": "true"}), [{}], "Asking")


def test_false_is_a_text_and_means_whole() -> None:
    assert _whole(Answer(200, {}, {"resultTruncated": "false"}), [{}], "Asking") == [{}]
