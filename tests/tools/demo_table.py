"""Print what a migration found, changed and left to people: one line per account.

    python tests/tools/demo_table.py BEFORE.json AFTER.json RESULTS.jsonl

What was changed is told by the simulated Azure before and after (estate.py),
what was found and left to people by the results of the collection's tasks
(callback/step_results.py).
"""

from __future__ import annotations

import collections
import json
import pathlib
import sys

import estate
from estate import Json

HEAD = ("account", "Run As found", "identity", "roles copied", "runbooks rewritten", "left for people")
WIDTHS = (15, 18, 20, 13, 19)


def main() -> None:
    before, after = (json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    lines = pathlib.Path(sys.argv[3]).read_text(encoding="utf-8").splitlines()
    results = [json.loads(line) for line in lines]
    print_line(HEAD)
    for account in after["accounts"]:
        was = next(item for item in before["accounts"] if item["id"] == account["id"])
        of_account = [result for result in results if result["host"] == account["name"]]
        print_line(cells(was, account, before, after, of_account))
    print_remedies(for_people(results))


def for_people(results: list[Json]) -> list[Json]:
    """What the tasks found that a person should look at."""
    findings = [item for result in results for item in result.get("findings", [])]
    return [item for item in findings if item["severity"] != "info"]


def print_line(columns: tuple[str, ...]) -> None:
    padded = [column.ljust(width) for column, width in zip(columns, WIDTHS, strict=False)]
    print(" ".join([*padded, columns[-1]]).rstrip())


def cells(was: Json, account: Json, before: Json, after: Json, results: list[Json]) -> tuple[str, ...]:
    """One account's line, in the order of HEAD."""
    wanted = estate.access_of_run_as(was, before)
    holds = estate.access(estate.principal(account), after) if estate.principal(account) else set()
    runbooks = [item for result in results for item in result.get("runbooks", [])]
    return (
        account["name"],
        run_as(was, for_people(results)),
        identity(was, account),
        f"{len(wanted & holds)} of {len(wanted)}",
        f"{len(estate.changed_runbooks(was, account))} of {sum(item['verdict'] != 'not_used' for item in runbooks)}",
        left(account, after, for_people(results)),
    )


def run_as(account: Json, findings: list[Json]) -> str:
    """Kind and status of the account's Run As accounts."""
    kinds = {"AzureServicePrincipal": "azure", "AzureClassicCertificate": "classic"}
    found = [kinds.get(item["properties"]["connectionType"]["name"].strip()) for item in account["connections"]]
    codes = {item["code"] for item in findings}
    status = "expired" if "RA101" in codes else "incomplete" if "RA102" in codes else "complete"
    return ", ".join(f"{kind}, {status}" for kind in found if kind) or "none"


def identity(was: Json, account: Json) -> str:
    """The kinds of identity before and after."""
    old, new = kind(was), kind(account)
    return old if old == new else f"{old} -> {new}"


def kind(account: Json) -> str:
    words = str((account["identity"] or {}).get("type", "none"))
    return words.replace("SystemAssigned", "system").replace("UserAssigned", "user").replace(", ", "+")


def left(account: Json, after: Json, findings: list[Json]) -> str:
    """The codes of what is left, how often each, and whether Site Recovery still leans on the Run As account."""
    counts = collections.Counter(item["code"] for item in findings)
    words = [code if count == 1 else f"{code} x{count}" for code, count in sorted(counts.items())]
    details = [mapping["properties"]["providerSpecificDetails"] for mapping in after["container_mappings"]]
    if any(
        item["automationAccountArmId"].lower() == account["id"].lower()
        and item["automationAccountAuthenticationType"] == "RunAsAccount"
        for item in details
    ):
        words.append("Site Recovery mapping")
    return ", ".join(words) or "nothing"


def print_remedies(findings: list[Json]) -> None:
    """What each code asks people to do, once."""
    print()
    for code, remedy in sorted({item["code"]: item["remedy"] for item in findings}.items()):
        print(f"{code}  {remedy}")


if __name__ == "__main__":
    main()
