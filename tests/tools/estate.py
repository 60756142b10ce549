"""Compare an estate before and after a migration, by the simulator's own state.

    python tests/tools/estate.py save RUN_DIR FILE.json
    python tests/tools/estate.py compare BEFORE.json AFTER.json
    python tests/tools/estate.py principals RUN_DIR

``compare`` exits with 1, and a sentence for each, when something was lost or is
more than it should be. It reads what the simulated Azure holds, and nothing
that the collection reports about itself. ``principals`` prints, as JSON, whether
the service principal of each account's Run As connection can log in.
"""

from __future__ import annotations

import base64
import collections.abc
import json
import pathlib
import re
import ssl
import sys
import urllib.request
from typing import Any

Json = dict[str, Any]

# Comments may go on naming the connection: a rewrite leaves them alone.
COMMENTS = re.compile(r"<#.*?#>|(?m-s:^\s*#.*$)", re.DOTALL)


def main() -> None:
    if sys.argv[1] == "principals":
        print(json.dumps(may_log_in(state(pathlib.Path(sys.argv[2])))))
        return
    command, first, second = sys.argv[1:]
    if command == "save":
        pathlib.Path(second).write_text(json.dumps(state(pathlib.Path(first))), encoding="utf-8")
        return
    before, after = (json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in (first, second))
    broken = list(compare(before, after))
    for sentence in broken:
        print(f"BROKEN: {sentence}", file=sys.stderr)
    if broken:
        sys.exit(1)
    print(f"{len(after['accounts'])} accounts: nothing was lost, and no identity got more than its Run As account had")


def state(run_dir: pathlib.Path) -> Json:
    """All that the simulator of this folder holds."""
    found: Json = control(run_dir, "/state")
    return found


def control(run_dir: pathlib.Path, path: str) -> Any:
    """What the simulator of this folder answers to a GET of its control API."""
    endpoint = json.loads((run_dir / "endpoint.json").read_text(encoding="utf-8"))
    request = urllib.request.Request(
        f"{endpoint['control']}{path}", headers={"Authorization": f"Bearer {endpoint['control_token']}"}
    )
    trust = ssl.create_default_context(cafile=endpoint["ca_file"])
    with urllib.request.urlopen(request, context=trust) as answer:
        return json.load(answer)


def compare(before: Json, after: Json) -> collections.abc.Iterator[str]:
    """Yield a sentence for each promise that was broken."""
    were = {account["id"]: account for account in before["accounts"]}
    for account in after["accounts"]:
        was = were[account["id"]]
        yield from lost(was, account)
        yield from unfinished(was, account)
        yield from surplus_access(was, account, before, after)


def principal(account: Json) -> str:
    """The principal of the account's system-assigned identity, or an empty string."""
    return str((account["identity"] or {}).get("principalId") or "")


def access(principal_id: str, estate: Json) -> set[tuple[str, str, str]]:
    """Role, scope and condition of each role assignment of a principal."""
    properties = (assignment["properties"] for assignment in estate["role_assignments"])
    return {
        (item["roleDefinitionId"].rpartition("/")[2].lower(), item["scope"].lower(), item["condition"] or "")
        for item in properties
        if item["principalId"].lower() == principal_id.lower()
    }


def access_of_run_as(account: Json, estate: Json) -> set[tuple[str, str, str]]:
    """The access of the service principals that the account's connections name."""
    found: set[tuple[str, str, str]] = set()
    for item in service_principals(account, estate):
        found |= access(item["id"], estate)
    return found


def service_principals(account: Json, estate: Json) -> list[Json]:
    """The service principals that the account's connections name."""
    applications = {
        str(connection["properties"]["fieldDefinitionValues"].get("ApplicationId", "")).lower()
        for connection in account["connections"]
    }
    return [
        item
        for item in estate["directory"]["objects"]
        if item["@odata.type"].endswith("servicePrincipal") and item.get("appId", "").lower() in applications
    ]


def may_log_in(estate: Json) -> dict[str, bool]:
    """Whether the service principal of each account with a Run As connection is enabled."""
    return {
        account["name"]: any(item["accountEnabled"] for item in found)
        for account in estate["accounts"]
        if (found := service_principals(account, estate))
    }


def published(account: Json) -> dict[str, str]:
    """The published text of each runbook, empty where nothing is published."""
    return {runbook["name"]: content(runbook["content"]) for runbook in account["runbooks"]}


def drafts(account: Json) -> dict[str, str]:
    """The text of each pending draft."""
    return {runbook["name"]: content(runbook["draft"]) for runbook in account["runbooks"] if runbook["draft"]}


def content(held: Json | None) -> str:
    return base64.b64decode(held["base64"]).decode("utf-8-sig", errors="replace") if held else ""


def changed_runbooks(was: Json, account: Json) -> list[str]:
    """The names of runbooks whose published text is another."""
    old = published(was)
    return [name for name, text in published(account).items() if text != old.get(name)]


def uses_run_as(text: str, account: Json) -> bool:
    """Tell whether the code of a text names one of the account's connections."""
    code = COMMENTS.sub("", text).lower()
    return any(connection["name"].lower() in code for connection in account["connections"])


def lost(was: Json, account: Json) -> collections.abc.Iterator[str]:
    """What the account had and has no more."""
    name = account["name"]
    for what, kept in (("user-assigned identity", user_assigned), ("runbook", published), ("webhook", webhooks)):
        for item in sorted(set(kept(was)) - set(kept(account))):
            yield f"{name} lost its {what} {item}"
    for link in schedule_links(was):
        if link not in schedule_links(account):
            yield f"{name} lost its schedule link {link}"
    for runbook, text in drafts(was).items():
        if drafts(account).get(runbook) != text:
            yield f"{name} lost the pending draft of {runbook}"


def user_assigned(account: Json) -> list[str]:
    return [name.lower() for name in (account["identity"] or {}).get("userAssignedIdentities") or {}]


def webhooks(account: Json) -> list[str]:
    return [webhook["name"] for webhook in account["webhooks"]]


def schedule_links(account: Json) -> list[Json]:
    """What is started when and with what; a link's own id may change when it is made anew."""
    return [{key: value for key, value in link.items() if key != "id"} for link in account["job_schedules"]]


def unfinished(was: Json, account: Json) -> collections.abc.Iterator[str]:
    """Runbooks that were rewritten and still log in with the Run As connection."""
    texts = published(account)
    for name in changed_runbooks(was, account):
        if uses_run_as(texts[name], was):
            yield f"{account['name']}: {name} was rewritten and still uses the Run As connection"


def surplus_access(was: Json, account: Json, before: Json, after: Json) -> collections.abc.Iterator[str]:
    """What the identity may do that neither it nor the Run As account could do before."""
    if not principal(account):
        return
    allowed = access_of_run_as(was, before) | access(principal(account), before)
    for role, scope, _condition in sorted(access(principal(account), after) - allowed):
        yield f"{account['name']} got the role {role} at {scope}, which its Run As account does not have"


if __name__ == "__main__":
    main()
