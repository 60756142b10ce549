"""Compare what other tools read from the simulator with what it holds.

    python tests/tools/peer_answers.py question RUN_DIR
    python tests/tools/peer_answers.py check RUN_DIR ANSWERS

``question`` prints, as JSON, what tests/tools/peer asks about: every subscription, and the Run As
account that has the most role assignments. ``check`` exits with 1, and a sentence for each, when
an answer in the folder ANSWERS differs from the simulator's state, or when the simulator refused
a request.
"""

from __future__ import annotations

import collections
import collections.abc
import json
import pathlib
import sys
from typing import Any

import estate

Json = dict[str, Any]
TOOLS = {"collection": "azure.azcollection", "az": "az"}


def main() -> None:
    command, run_dir, *folder = sys.argv[1:]
    held = estate.state(pathlib.Path(run_dir))
    if command == "question":
        print(json.dumps(question(held)))
        return
    checks = list(check(held, pathlib.Path(folder[0])))
    checks.append(refused(estate.control(pathlib.Path(run_dir), "/requests")))
    for right, sentence in checks:
        print(f"{'ok' if right else 'WRONG'}: {sentence}", file=sys.stdout if right else sys.stderr)
    if not all(right for right, *dummy in checks):
        sys.exit(1)


def question(held: Json) -> Json:
    """The Run As account with the most role assignments, in the first subscription, and all subscriptions."""
    subscriptions = [item["id"] for item in held["subscriptions"]]
    counts = collections.Counter(item["properties"]["principalId"] for item in held["role_assignments"])
    accounts = [item for item in held["accounts"] if subscription_of(item["id"]) == subscriptions[0]]
    found = [
        (counts[principal], account, application, principal)
        for account, application, principal in run_as(held, accounts)
    ]
    dummy, account, application, principal = max(found, key=lambda item: item[0])
    return {
        "subscriptions": subscriptions,
        "account": account["name"],
        "resource_group": account["id"].split("/")[4],
        "application": application,
        "principal": principal,
    }


def run_as(held: Json, accounts: list[Json]) -> collections.abc.Iterator[tuple[Json, str, str]]:
    """Each account with the application id of its Run As connection, and the service principal's object id."""
    principals = {
        item["appId"]: item["id"]
        for item in held["directory"]["objects"]
        if item["@odata.type"] == "#microsoft.graph.servicePrincipal"
    }
    for account in accounts:
        for connection in account["connections"]:
            application = connection["properties"]["fieldDefinitionValues"].get("ApplicationId")
            if application in principals:
                yield account, application, principals[application]


def check(held: Json, folder: pathlib.Path) -> collections.abc.Iterator[tuple[bool, str]]:
    """Yield for each answer whether it is right, and a sentence."""
    asked = question(held)
    accounts = {item["id"].lower() for item in held["accounts"]}
    every = {item["id"].lower(): item["properties"] for item in held["role_assignments"]}
    own = {key for key, item in every.items() if item["principalId"] == asked["principal"]}
    at_scope = {key for key, item in every.items() if is_subscription(item["scope"])}
    for tool, name in TOOLS.items():
        yield same(f"{name}: Automation accounts", ids(folder, f"{tool}-accounts"), accounts)
        yield same(f"{name}: role assignments", ids(folder, f"{tool}-all"), set(every))
        yield same(
            f"{name}: role assignments of the Run As account of {asked['account']}", ids(folder, f"{tool}-run-as"), own
        )
        yield same(f"{name}: role assignments right at a subscription", ids(folder, f"{tool}-scope"), at_scope)
    subscriptions = {item["id"] for item in read(folder, "az-subscriptions")}
    yield same("az: subscriptions", subscriptions, set(asked["subscriptions"]))
    [account] = read(folder, "collection-account")
    parts = {part: len(account[part]) for part in ("statistics", "usages", "account_keys")}
    whole = {"statistics": 13, "usages": 3, "account_keys": 2}  # contract 1.4
    yield parts == whole, f"azure.azcollection: {account['name']} in full: {parts}"


def same(what: str, seen: set[str], held: set[str]) -> tuple[bool, str]:
    """Whether an answer is just what is held; an estate that holds nothing proves nothing."""
    missing, surplus = sorted(held - seen), sorted(seen - held)
    difference = "".join(
        f"; {label} {', '.join(items)}" for label, items in (("missing", missing), ("surplus", surplus)) if items
    )
    return bool(held) and seen == held, f"{what}: {len(seen)} of {len(held)}{difference}"


def refused(requests: list[Json]) -> tuple[bool, str]:
    """Whether the simulator had an answer to everything that it was asked."""
    failed = [f"{item['method']} {item['path']}: {item['status']}" for item in requests if item["status"] >= 400]
    counts = collections.Counter(item["service"] for item in requests)
    spread = ", ".join(f"{count} {service}" for service, count in sorted(counts.items()))
    sentence = f"requests that the simulator refused: {len(failed)} of {len(requests)} ({spread})"
    return bool(requests) and not failed, "; ".join([sentence, *failed])


def ids(folder: pathlib.Path, name: str) -> set[str]:
    """Ids in lower case: Azure echoes the casing of requests (contract 0)."""
    return {item["id"].lower() for item in read(folder, name)}


def read(folder: pathlib.Path, name: str) -> list[Json]:
    """The items of an answer, which may be spread over one file for each subscription."""
    items: list[Json] = []
    for path in [*folder.glob(f"{name}.json"), *sorted(folder.glob(f"{name}-*.json"))]:
        answer = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(answer, dict):
            answer = answer.get("value", [answer])
        items.extend(answer)
    return items


def subscription_of(resource_id: str) -> str:
    return resource_id.split("/")[2]


def is_subscription(scope: str) -> bool:
    return scope.lower().startswith("/subscriptions/") and scope.count("/") == 2


if __name__ == "__main__":
    main()
