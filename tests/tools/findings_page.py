"""Write docs/findings.md from the collection's own list of findings.

    python tests/tools/findings_page.py          (prints the page)
    python tests/tools/findings_page.py --write  (into docs/findings.md)

tests/unit/test_findings_page.py fails when the page is not what this prints.
"""

from __future__ import annotations

import pathlib
import re
import sys

from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import CODES

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "findings.md"

HEAD = """\
# Findings

What a step cannot or should not do by itself becomes a finding: a stable code, a severity, the
place (a resource, and in runbooks line and column), one sentence, and what to do. Findings are in
the result of every module under `findings`, and the playbooks show those that are more than
information at the end, for each account. `runas_fail_on` makes an account fail for findings of a
severity and above ([migrate.md](migrate.md)).

A code never changes its meaning. Words in *italics* stand for what was found.

This page is made from `plugins/module_utils/_codes` by `tests/tools/findings_page.py`.
"""

FAMILIES = {
    "RA1": "RA1xx: the Run As account",
    "RA2": "RA2xx: identity",
    "RA3": "RA3xx: access",
    "RA4": "RA4xx: runbooks",
    "RA5": "RA5xx: modules and runtimes",
    "RA6": "RA6xx: what depends on the account",
    "RA7": "RA7xx: Site Recovery",
    "RA8": "RA8xx: retirement",
    "RA9": "RA9xx: reading and rights",
}


def main() -> None:
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")


def page() -> str:
    """The whole page; raises KeyError for a code of a family that has no title here."""
    parts = [HEAD]
    for code in sorted(CODES):
        title = FAMILIES[code[:3]]
        if f"\n## {title}\n" not in parts:
            parts += [f"\n## {title}\n", "\n| code | severity | finding | what to do |\n| --- | --- | --- | --- |\n"]
        entry = CODES[code]
        cells = (code, entry.severity.value, prose(entry.sentence), prose(entry.remedy))
        parts.append(f"| {' | '.join(cells)} |\n")
    return "".join(parts)


def prose(template: str) -> str:
    """A template as a cell of a table: its facts in italics, nothing that Markdown would take for markup."""
    plain = template.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
    return re.sub(r"\{(\w+)\}", lambda fact: f"*{fact[1].replace('_', ' ')}*", plain)


if __name__ == "__main__":
    main()
