"""Break every story of the crash sweep at each of its requests, in each way, and say what became of it.

    tests/tools/crash_sweep [--every N] [--only TEXT] [--report FILE.json]

For each point two things are tried: the story is told again, and has to end as if nothing had happened;
and the rollback is called in place of that, and has to lead back to the beginning. ``--every`` takes each
n-th request only, in turns of the ways. Exits with 1 where a point did neither of what it has to.
"""

from __future__ import annotations

import argparse
import collections
import json
import multiprocessing
import os
import pathlib
import sys
import tempfile
import time
from typing import Any

from tests.integration.conftest import Azure, _start, _stop
from tests.integration.crash_points import Point, Story, Told, ends_alike, leads_back, points_of, tell
from tests.integration.crash_stories import STORIES

# What one point is tried for: its name, and what returns the differences.
TRIALS = {"converged": ends_alike, "rolled back": leads_back}


def main() -> int:
    options = _options()
    stories = [story for story in STORIES if options.only in f"{story.name} {story.account}"]
    began, results = time.monotonic(), []
    with multiprocessing.Pool(options.processes) as pool:
        told = list(zip(stories, pool.map(_told, stories), strict=True))
        work = [
            (point, whole) for story, whole in told for point in points_of(story, whole.requests, every=options.every)
        ]
        for result in pool.imap_unordered(_tried, work, chunksize=1):
            results.append(result)
            _say_progress(results, len(work))
    print(table(results, told))
    print(f"{len(results)} points in {time.monotonic() - began:.0f} s")
    if options.report:
        options.report.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 1 if any(result["wrong"] for result in results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each n-th request only (1)")
    parser.add_argument("--only", default="", metavar="TEXT", help="stories with this in their name or account")
    parser.add_argument("--report", type=pathlib.Path, metavar="FILE", help="write what was found, as JSON")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="at once")
    return parser.parse_args()


class _Places:
    """Starts simulators in a folder that goes away with all of them."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="crash-sweep-")
        self._started: list[Azure] = []

    def start(self, *arguments: str) -> Azure:
        azure = _start(pathlib.Path(self._folder.name) / f"azure{len(self._started)}", arguments)
        self._started.append(azure)
        return azure

    def close(self) -> None:
        for azure in self._started:
            _stop(azure)
        self._folder.cleanup()


def _told(story: Story) -> Told:
    places = _Places()
    try:
        return tell(places.start, story)
    finally:
        places.close()


def _tried(work: tuple[Point, Told]) -> dict[str, Any]:
    """Try one point; a step that fails is an answer like any other."""
    point, told = work
    wrong = {}
    for name, trial in TRIALS.items():
        places = _Places()
        try:
            found = trial(places.start, point, told)
        except AssertionError as failed_step:
            found = [str(failed_step)]
        finally:
            places.close()
        if found:
            wrong[name] = found
    return {
        "story": point.story.name,
        "account": point.story.account,
        "way": point.way,
        "request": point.request,
        "wrong": wrong,
    }


def _say_progress(results: list[dict[str, Any]], whole: int) -> None:
    last = results[-1]
    for trial, found in last["wrong"].items():
        where = f"{last['story']} of {last['account']}, {last['way']} request {last['request']}"
        print(f"not {trial}: {where}: {'; '.join(str(item)[:300] for item in found[:3])}", flush=True)
    if len(results) % 100 == 0:
        print(f"{len(results)} of {whole}", file=sys.stderr, flush=True)


def table(results: list[dict[str, Any]], told: list[tuple[Story, Told]]) -> str:
    """Return the figures by story, in Markdown."""
    lines = [
        "| story | account | requests | points | converged | rolled back |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    counts: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for result in results:
        for key in ((result["story"], result["account"]), ("all", "")):
            counts[key]["points"] += 1
            for trial in TRIALS:
                counts[key][trial] += trial not in result["wrong"]
    for story, whole in told:
        lines.append(_line(story.name, story.account, str(whole.requests), counts[story.name, story.account]))
    lines.append(_line("all", "", str(sum(whole.requests for dummy, whole in told)), counts["all", ""]))
    return "\n".join(lines)


def _line(story: str, account: str, requests: str, counted: collections.Counter[str]) -> str:
    figures = [str(counted[name]) for name in ("points", *TRIALS)]
    return f"| {' | '.join([story, account, requests, *figures])} |"


if __name__ == "__main__":
    sys.exit(main())
