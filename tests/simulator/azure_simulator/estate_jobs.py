# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The jobs that an account has run before the simulator started."""

from __future__ import annotations

from azure_simulator import estate_model as model
from azure_simulator.clock import TICKS_PER_SECOND
from azure_simulator.estate_build import DAY, Builder, find
from azure_simulator.providers.automation.job_life import stream
from azure_simulator.providers.automation.model import Account, Job

_MINUTE = 60 * TICKS_PER_SECOND
_ENDED = ("Completed", "Failed", "Stopped", "Suspended")
_NOT_STARTED = ("New", "Activating", "Blocked")


def add_jobs(builder: Builder, account: Account, jobs: list[model.Job], place: str) -> None:
    """Add jobs to an account; EstateError for one of a runbook or worker group that is not there."""
    for position, item in enumerate(jobs):
        runbook = find(account.runbooks, item.runbook.lower(), place, "runbook")
        if item.run_on:
            find(account.hybrid_groups, item.run_on.lower(), place, "hybrid worker group")
        name = builder.make_id("job", account.id, str(position))
        created = builder.now - item.days * DAY - item.minutes * _MINUTE
        ended = created + item.seconds * TICKS_PER_SECOND if item.status in _ENDED else None
        account.jobs[name] = Job(
            name,
            builder.make_id("job id", account.id, str(position)),
            runbook.name,
            runbook.content or runbook.draft or b"",
            status=item.status,
            exception="The job failed." if item.status == "Failed" else None,
            run_on=item.run_on,
            created=created,
            started=None if item.status in _NOT_STARTED else created,
            ended=ended,
            modified=ended or created,
            streams=[
                stream(builder.make_id("stream", name, kind, str(number)), kind, created)
                for kind, count in (("Warning", item.warnings), ("Error", item.errors))
                for number in range(count)
            ],
        )
        runbook.job_count += 1
