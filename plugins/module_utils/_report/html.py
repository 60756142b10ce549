# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The pages of the report: one that holds all, or an index and a page per account.

All text comes from Azure and is escaped by the template engine; text never becomes a template.
The pages load nothing and talk to nobody: their policy allows the one style and the one script
that are in them, by hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._finding import CODES
from .._masked_diff import printable
from . import words
from .charts import Part, ring, stacked_bar
from .diffs import Diff
from .html_account import ACCOUNT, ACCOUNT_PAGE, ARTICLE
from .html_index import FRAME, INDEX_END, INDEX_ROW, INDEX_START, PAGE
from .html_script import SCRIPT
from .html_style import STYLE
from .numbers import Row, Totals
from .shapes import PROGRESS, RUN_AS_STATUSES, SEVERITIES, STATES

# Above so many accounts each has a page of its own.
MOST_ON_ONE_PAGE = 200

# States in which nothing more is to be done.
_SETTLED = ("migrated", "not_needed")
# No text can contain it: it would be escaped.
_MARKER = "<!--here-->"

Json = Mapping[str, Any]


class Pages:
    """Renders the pages of one report. Raises ImportError where Jinja2, which comes with Ansible, is not there."""

    def __init__(self, title: str) -> None:
        import jinja2
        import markupsafe

        safe = markupsafe.Markup
        self._markup = safe

        def shown(value: Any) -> Any:
            """Control characters, and what turns text around, come out as their escapes."""
            return printable(value) if isinstance(value, str) and not isinstance(value, safe) else value

        templates = {"account": ACCOUNT, "article": ARTICLE, "account_page": ACCOUNT_PAGE, "page": PAGE}
        templates |= {"frame": FRAME, "start": INDEX_START, "row": INDEX_ROW, "end": INDEX_END}
        self._environment = jinja2.Environment(
            loader=jinja2.DictLoader(templates),
            autoescape=True,
            finalize=shown,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        filters = (
            "days",
            "is_deep",
            "kind",
            "label",
            "difference",
            "fate",
            "last_part",
            "outcome",
            "parts_left_out",
            "scope_name",
            "scope_parts",
        )
        self._environment.filters.update({name: getattr(words, name) for name in (*filters, "when", "where", "words")})
        self._environment.globals.update(
            title=title, style=safe(STYLE), script=safe(SCRIPT), policy=policy(), time=None
        )

    def article(self, facts: Json, folder: str, diffs: Sequence[Diff]) -> str:
        """Return an account as a part of the one page."""
        return self._render("article", it=facts, folder=folder, diffs=diffs)

    def account_page(self, facts: Json, diffs: Sequence[Diff], time: str | None) -> str:
        """Return an account as a page of its own, below the folder of the index."""
        return self._render("account_page", it=facts, diffs=diffs, time=time)

    def index(
        self, rows: Sequence[Row], totals: Totals, problems: Sequence[Json], time: str | None, articles: Iterable[str]
    ) -> Iterator[str]:
        """Yield the page of the estate; ``articles`` are its accounts, empty where they have pages of their own."""
        marker = self._markup(_MARKER)
        subscriptions = len({row.subscription for row in rows if row.subscription})
        frame = self._render("frame", summary=totals.as_dict(), subscriptions=subscriptions, time=time, marker=marker)
        head, tail = frame.split(_MARKER)
        yield head
        yield self._render("start", **self._overview(rows, totals), problems=problems)
        row_of = self._environment.get_template("row")
        for row in rows:
            yield row_of.render(row=row, link=_link(row), **_orders(row))
        yield self._render("end", codes=_codes(totals))
        yield from articles
        yield tail

    def _overview(self, rows: Sequence[Row], totals: Totals) -> dict[str, Any]:
        states = _parts(STATES, totals.states)
        work = _parts([name for name in PROGRESS if name != "not_used"], totals.runbooks)
        run_as = _parts([*RUN_AS_STATUSES, "other"], totals.run_as)
        severities = _parts(SEVERITIES, totals.severities)
        used = sum(part.count for part in work)
        middle = f"{100 * totals.runbooks['done'] // used}%" if used else "\u2013"
        return {
            "summary": totals.as_dict(),
            "settled": sum(totals.states[state] for state in _SETTLED),
            "used": used,
            "states": states,
            "runbooks": work,
            "run_as": run_as,
            "severities": severities,
            # Made of our own words and of numbers only.
            "states_bar": self._markup(stacked_bar(states, "Accounts by state")),
            "runbooks_ring": self._markup(ring(work, "Runbooks with a Run As login", middle)),
            "run_as_bar": self._markup(stacked_bar(run_as, "Run As accounts by status")),
            "findings_bar": self._markup(stacked_bar(severities, "Findings by severity")),
            "selects": list(_selects(rows)),
        }

    def _render(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)


def policy() -> str:
    """Return the policy of the pages: nothing but their own style and script."""
    return (
        f"default-src 'none'; style-src '{_hash(STYLE)}'; script-src '{_hash(SCRIPT)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _parts(names: Iterable[str], counts: Mapping[str, int]) -> list[Part]:
    return [Part(name, words.label(name), counts.get(name, 0)) for name in names]


def _link(row: Row) -> str:
    """Return where the account is shown; ``page`` and ``folder`` are made harmless where they are made."""
    return row.page if row.page.startswith("accounts/") else f"#a-{row.folder}"


def _orders(row: Row) -> dict[str, Any]:
    """Return what the columns of states and findings are sorted by: the worst first."""
    severe = [row.severities[severity] for severity in SEVERITIES]
    worst = SEVERITIES.index(row.worst) if row.worst else len(SEVERITIES)
    return {"state_order": STATES.index(row.state), "finding_order": f"{worst}.{10**6 - severe[min(worst, 2)]}"}


def _selects(rows: Sequence[Row]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Yield the filters: attribute, name, and values with their texts. One value is nothing to choose from."""
    states = {row.state for row in rows}
    yield "state", "State", [(state, words.label(state)) for state in STATES if state in states]
    worst = {row.worst or "none" for row in rows}
    yield "worst", "Worst finding", [(name, name) for name in (*SEVERITIES, "none") if name in worst]
    for column, name in (("subscription", "Subscription"), ("region", "Region")):
        values = sorted({getattr(row, column) for row in rows})
        if len(values) > 1:
            yield column, name, [(value, value or "not known") for value in values if value]


def _codes(totals: Totals) -> list[dict[str, Any]]:
    """Return the codes that were found, the most severe and most frequent first."""
    entries = [
        {
            "code": code,
            "severity": CODES[code].severity.value,
            "sentence": _general(CODES[code].sentence),
            "remedy": _general(CODES[code].remedy),
            "count": count,
            "accounts": totals.affected[code],
        }
        for code, count in totals.codes.items()
        if code in CODES
    ]
    return sorted(entries, key=lambda entry: (SEVERITIES.index(entry["severity"]), -entry["count"], entry["code"]))


def _general(template: str) -> str:
    """Return a code's sentence with its facts named in place of filled."""
    return re.sub(r"\{(\w+)\}", lambda fact: f"\u2039{fact[1].replace('_', ' ')}\u203a", template)
