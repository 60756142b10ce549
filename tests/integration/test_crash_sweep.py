# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of the crash sweep; ``make crash-sweep`` breaks every story at every request in every way."""

from __future__ import annotations

import pytest

from .crash_points import Start, Story, ends_alike, leads_back, points_of, tell
from .crash_stories import STORIES

# Each story is broken at so many places, from its first request to its last, in turns of the ways.
SAMPLE = 4


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.name}-{story.account}")
def test_a_broken_story_can_be_finished_and_can_be_taken_back(start_azure: Start, story: Story) -> None:
    """Told again it ends as if nothing had happened; in place of that, the rollback leads back to the beginning."""
    told = tell(start_azure, story)
    for point in points_of(story, told.requests, every=told.requests // SAMPLE):
        assert ends_alike(start_azure, point, told) == [], point
        assert leads_back(start_azure, point, told) == [], point
