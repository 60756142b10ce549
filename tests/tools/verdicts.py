"""Try the rewriter on a folder of real runbooks, and print what became of them as tables for docs/rewriting.md.

    tests/tools/verdicts FOLDER

FOLDER holds ``LANGUAGE/y`` and ``LANGUAGE/n``: runbooks that use a Run As account, by the judgement of a person, and
runbooks that do not. LANGUAGE is powershell, workflow, module, python or graphical. Ends with 1 when a promise does
not hold: an ``n`` runbook changed, a byte outside of the edits, a second rewrite that finds something, a Run As login
left in a rewritten runbook, a refusal without line or remedy.
"""

from __future__ import annotations

import collections
import pathlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import Rewrite, Verdict, rewrite

TYPES = {
    "powershell": "PowerShell",
    "workflow": "PowerShellWorkflow",
    "module": "PowerShell",
    "python": "Python3",
    "graphical": "GraphPowerShell",
}
REWRITTEN = {Verdict.REWRITTEN, Verdict.REWRITTEN_WITH_ASSUMPTIONS}
FETCH = r"get-automationconnection\s+(?:-name[ :]+)?"
IDIOMS = {
    "name as a literal": FETCH + r"[\"']?\w",
    "name in a variable": FETCH + r"\$",
    "login over several lines": r"-azure?(?:rm)?account[^\n]*`[ \t]*\r?\n",
    "login on one line": r"-az(?:urerm)?account[^\n`]*-certificatet",
    "splatted login": r"-az(?:urerm)?account[^\n`]*\s@\w",
    "check for a missing connection": r"if\s*\(\s*(?:!|-not\s*)\(?\$\w*conn",
    "retry loop": r"while\s*\(\s*!\s*\(?\$connectionresult",
    "login in a function": r"function[^{]*\{(?:(?!\n\}).)*-az(?:urerm)?account",
    "subscription read elsewhere": r"subscription(?:id)?[ :]+\$\w+\.subscriptionid",
    "AzureRM": r"-azurerm\w+",
    "other services": r"connect-(?:exchangeonline|mggraph|microsoftteams|pnponline|azuread|msol\w+)\b[^\n]*thumbprint",
    "can log in both ways": r"-az(?:urerm)?account[^\n]*-identity",
    "in a workflow": r"^\s*workflow\s",
}


@dataclass(frozen=True)
class Trial:
    """One runbook and what became of it."""

    path: pathlib.Path
    language: str
    uses_run_as: bool
    content: bytes
    outcome: Rewrite


def trials(folder: pathlib.Path) -> Iterator[Trial]:
    for language, runbook_type in TYPES.items():
        for use in ("y", "n"):
            for path in sorted((folder / language / use).glob("*")):
                content = path.read_bytes()
                yield Trial(path, language, use == "y", content, rewrite(content, runbook_type))


def broken_promises(trial: Trial) -> Iterator[str]:
    outcome = trial.outcome
    if not trial.uses_run_as and outcome.content is not trial.content:
        yield "is changed, and does not use Run As"
    if bool(outcome.edits) != (outcome.verdict in REWRITTEN):
        yield f"is {outcome.verdict.value} with {len(outcome.edits)} edits"
    if rebuilt(trial) != outcome.content:
        yield "differs outside of the edits"
    if outcome.verdict in REWRITTEN:
        again = rewrite(outcome.content, TYPES[trial.language])
        if again.verdict is not Verdict.NOT_USED or again.content is not outcome.content:
            yield f"is {again.verdict.value} when it is rewritten again"
    elif outcome.verdict is not Verdict.NOT_USED:
        reasons = [found for found in outcome.findings if found.severity == "error"]
        if not reasons or not all(found.line and found.sentence and found.remedy for found in reasons):
            yield "is refused without reason, line or remedy"


def rebuilt(trial: Trial) -> bytes:
    parts, position = [], 0
    for edit in trial.outcome.edits:
        parts += [trial.content[position : edit.span[0]], edit.after]
        position = edit.span[1]
    return b"".join([*parts, trial.content[position:]])


def by_language(tried: Iterable[Trial]) -> list[list[str]]:
    counts: dict[str, collections.Counter[Verdict]] = collections.defaultdict(collections.Counter)
    for trial in tried:
        use = "uses Run As" if trial.uses_run_as else "does not"
        counts[f"{trial.language}, {use}"][trial.outcome.verdict] += 1
    return [row(f"{name} ({counted.total()})", counted) for name, counted in counts.items()]


def by_idiom(tried: Iterable[Trial]) -> list[list[str]]:
    counts: dict[str, collections.Counter[Verdict]] = {name: collections.Counter() for name in IDIOMS}
    for trial in tried:
        text = trial.content.decode("latin-1").lower()
        for name, pattern in IDIOMS.items():
            if trial.uses_run_as and trial.language in ("powershell", "workflow", "module"):
                counts[name][trial.outcome.verdict] += bool(re.search(pattern.lower(), text, re.S | re.M))
    return [row(f"{name} ({counted.total()})", counted) for name, counted in counts.items()]


def row(title: str, counted: collections.Counter[Verdict]) -> list[str]:
    return [title, *(str(counted[verdict] or "") for verdict in Verdict)]


def reasons(tried: Iterable[Trial]) -> list[list[str]]:
    counted = collections.Counter(
        ", ".join(sorted({found.code for found in trial.outcome.findings if found.severity == "error"}))
        for trial in tried
        if trial.uses_run_as and trial.outcome.verdict in (Verdict.MANUAL, Verdict.UNPARSABLE)
    )
    return [[code, str(count)] for code, count in counted.most_common()]


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def share(tried: Iterable[Trial]) -> str:
    scripts = [t for t in tried if t.uses_run_as and t.language in ("powershell", "workflow")]
    dual = [t for t in scripts if any(found.code == "RA426" for found in t.outcome.findings)]
    done = [t for t in scripts if t.outcome.verdict in REWRITTEN]
    others = len(scripts) - len(dual)
    return (
        f"{len(dual)} of {len(scripts)} PowerShell and Workflow runbooks that use Run As can log in both ways; "
        f"of the other {others} are rewritten {len(done)} ({len(done) / max(others, 1):.0%})."
    )


def main() -> int:
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    tried = list(trials(pathlib.Path(sys.argv[1])))
    verdicts = [verdict.value for verdict in Verdict]
    print(table(["", *verdicts], by_language(tried)), share(tried), sep="\n\n", end="\n\n")
    print(table(["idiom", *verdicts], by_idiom(tried)), end="\n\n")
    print(table(["reason", "runbooks"], reasons(tried)))
    broken = [f"{trial.path}: {promise}" for trial in tried for promise in broken_promises(trial)]
    print(*broken, sep="\n", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
