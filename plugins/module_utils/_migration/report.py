# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that makes a report of ledgers and assessments. No login, no account; nothing of the input is changed.

What comes out depends on the input alone: no file tells when it was made, so that the same input
gives the same bytes, and a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .._arguments import ArgumentSpec, flat
from .._report import tables
from .._report.diffs import diffs
from .._report.estate import Account, account
from .._report.html import MOST_ON_ONE_PAGE, Pages
from .._report.json_report import Listed, compact
from .._report.junit import Suites
from .._report.numbers import Row, Totals, row
from .._report.sarif import SCHEMA, VERSION, Results, run_tail
from .._report.shapes import FORMAT, STATES
from .._step import StepError
from ._call import Result
from ._local_call import LocalCall
from .report_reading import Found, blobs, folder_names, look_through, materials
from .report_writing import PAGES, Folder, Sink

__all__ = ["ARGUMENTS", "run"]

FORMATS = ("html", "csv", "json", "junit", "sarif")
TITLE = "From Run As accounts to managed identities"

ARGUMENTS = ArgumentSpec(
    options={
        "folders": {"type": "list", "elements": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "formats": {"type": "list", "elements": "str", "choices": list(FORMATS), "default": list(FORMATS)},
        "show_content": {"type": "bool", "default": True},
        "title": {"type": "str", "default": TITLE},
    }
)

_NAMES = {
    "html": ("report.html",),
    "csv": ("accounts.csv", "runbooks.csv", "findings.csv"),
    "json": ("report.json",),
    "junit": ("junit.xml",),
    "sarif": ("findings.sarif",),
}

Json = Mapping[str, Any]


def run(call: LocalCall) -> Result:
    """Read the folders, write the report, and return the module's result."""
    formats = [name for name in FORMATS if name in (call.parameters["formats"] or FORMATS)]
    found = look_through(call.base, flat(call.parameters["folders"]))
    dest = call.parameters["dest"]
    folder = Folder(dest, call.base / Path(dest).expanduser(), call.check_mode)
    try:
        folder.open(_names(found, formats))
        totals = _write(found, folder, formats, call.parameters)
        folder.close()
    except OSError as error:
        raise StepError(f"The report {dest} could not be written: {error.strerror or error}.") from None
    return _result(call, folder, totals, found)


def _names(found: Found, formats: Iterable[str]) -> list[str]:
    """Return the names of the files that the report will have."""
    names = [name for chosen in formats for name in _NAMES[chosen]]
    if "html" in formats and len(found.accounts) > MOST_ON_ONE_PAGE:
        names += [_page(folder) for folder in folder_names(found).values()]
    return names


def _page(folder: str) -> str:
    return f"{PAGES}/{folder}.html"


def _write(found: Found, folder: Folder, formats: Iterable[str], parameters: Json) -> Totals:
    """Write all files but the manifest: each account goes through all formats before the next is read."""
    title = parameters["title"] or TITLE
    totals = Totals()
    makers: dict[str, Callable[[], _Format]] = {
        "html": lambda: _Html(title, found, folder, content=bool(parameters["show_content"])),
        "csv": _Csv,
        "json": lambda: _Json(title, found.newest),
        "junit": lambda: _Junit(title),
        "sarif": lambda: _Sarif(found.newest),
    }
    with ExitStack() as open_files:
        chosen = [makers[name]() for name in formats]
        for item in chosen:
            item.start([open_files.enter_context(folder.sink(name)) for name in item.names])
        for material in materials(found):
            one = account(material, found.sharing)
            one.facts["page"] = _where(one, len(found.accounts), formats)
            line = row(one.facts, one.folder)
            totals.add(line)
            for item in chosen:
                item.add(one, line)
        totals.add_problems(found.problems)
        for item in chosen:
            item.finish(totals, found.problems)
    return totals


def _where(one: Account, accounts: int, formats: Iterable[str]) -> str:
    """Return where the account is shown, as a link that starts in the report folder; empty without pages."""
    if "html" not in formats:
        return ""
    return _page(one.folder) if accounts > MOST_ON_ONE_PAGE else f"report.html#a-{one.folder}"


class _Format:
    """One format of the report: it gets one account after the other, and the numbers at the end."""

    names: tuple[str, ...] = ()

    def start(self, sinks: list[Sink]) -> None:
        """Begin the files, which are named by ``names``."""
        self.sinks = sinks

    def add(self, one: Account, line: Row) -> None:
        """Take an account."""
        raise NotImplementedError

    def finish(self, totals: Totals, problems: list[dict[str, Any]]) -> None:
        """End the files. ``problems`` are findings that belong to no account."""
        raise NotImplementedError


class _Csv(_Format):
    names = _NAMES["csv"]

    def start(self, sinks: list[Sink]) -> None:
        super().start(sinks)
        for sink, columns in zip(sinks, (tables.ACCOUNTS, tables.RUNBOOKS, tables.FINDINGS), strict=True):
            sink.write(tables.BYTE_ORDER_MARK + tables.lines([columns]))

    def add(self, one: Account, line: Row) -> None:
        accounts, runbooks, findings = self.sinks
        accounts.write(tables.lines([tables.account_line(line, one.facts["state_because"])]))
        runbooks.write(tables.lines(tables.runbook_lines(one.facts)))
        findings.write(tables.lines(tables.finding_lines(one.facts["findings"], line.name, line.id)))

    def finish(self, totals: Totals, problems: list[dict[str, Any]]) -> None:
        self.sinks[2].write(tables.lines(tables.finding_lines(problems, "", "")))


class _Json(_Format):
    names = _NAMES["json"]

    def __init__(self, title: str, time: str | None) -> None:
        self._list = Listed(f'{{"format":{FORMAT},"title":{compact(title)},"time":{compact(time)},"accounts":[')

    def add(self, one: Account, line: Row) -> None:
        self.sinks[0].write(self._list.item(one.facts))

    def finish(self, totals: Totals, problems: list[dict[str, Any]]) -> None:
        self.sinks[0].write(
            self._list.tail(f'],"problems":{compact(problems)},"summary":{compact(totals.as_dict())}}}')
        )


class _Junit(_Format):
    names = _NAMES["junit"]

    def __init__(self, title: str) -> None:
        self._suites = Suites(title)

    def add(self, one: Account, line: Row) -> None:
        self._suites.add_account(one.facts)

    def finish(self, totals: Totals, problems: list[dict[str, Any]]) -> None:
        self._suites.add_problems(problems)
        for text in self._suites.text():
            self.sinks[0].write(text)


class _Sarif(_Format):
    names = _NAMES["sarif"]

    def __init__(self, time: str | None) -> None:
        self._time = time
        self._results = Results()
        self._list = Listed(f'{{"$schema":{compact(SCHEMA)},"version":{compact(VERSION)},"runs":[{{"results":[')

    def add(self, one: Account, line: Row) -> None:
        for result in self._results.of_account(one.facts):
            self.sinks[0].write(self._list.item(result))

    def finish(self, totals: Totals, problems: list[dict[str, Any]]) -> None:
        for result in self._results.of_problems(problems):
            self.sinks[0].write(self._list.item(result))
        rest = compact(run_tail(self._results.rules(), problems, self._time))
        self.sinks[0].write(self._list.tail(f"],{rest[1:]}]}}"))


class _Html(_Format):
    names = _NAMES["html"]

    def __init__(self, title: str, found: Found, folder: Folder, *, content: bool) -> None:
        try:
            self._pages = Pages(title)
        except ImportError as error:
            raise StepError(
                f"The pages need Jinja2, which comes with Ansible: {error}. Run the task on the controller, or leave "
                "html out of formats. Nothing was written."
            ) from None
        self._found = found
        self._folder = folder
        self._content = content
        # Rows, and with few accounts what is to be read about them.
        self._accounts: list[tuple[Row, str]] = []

    def add(self, one: Account, line: Row) -> None:
        shown = diffs(one.timeline, blobs(self._found, one.key, one.blobs)) if self._content else []
        article = ""
        if line.page.startswith(f"{PAGES}/"):
            self._folder.write(line.page, self._pages.account_page(one.facts, shown, self._found.newest))
        else:
            article = self._pages.article(one.facts, one.folder, shown)
        self._accounts.append((line, article))

    def finish(self, totals: Totals, problems: list[dict[str, Any]]) -> None:
        # What needs people comes first.
        self._accounts.sort(key=lambda entry: (STATES.index(entry[0].state), entry[0].name.lower(), entry[0].id))
        rows, articles = [line for line, dummy in self._accounts], (article for dummy, article in self._accounts)
        for text in self._pages.index(rows, totals, problems, self._found.newest, articles):
            self.sinks[0].write(text)


def _result(call: LocalCall, folder: Folder, totals: Totals, found: Found) -> Result:
    changed = set(folder.changed)
    result: Result = {
        "changed": bool(folder.changed or folder.removed),
        "folder": folder.shown,
        "files": [
            {"path": name, "sha256": digest, "changed": name in changed}
            for name, digest in sorted(folder.digests.items())
        ],
        "removed": folder.removed,
        "summary": totals.as_dict(),
        "problems": [dict(said) for said in found.problems],
    }
    if call.diff_mode:
        lines = [*(f"+ {name}" for name in sorted(folder.changed)), *(f"- {name}" for name in folder.removed)]
        result["diff"] = [{"prepared": "".join(f"{line}\n" for line in lines)}] if lines else []
    return result
