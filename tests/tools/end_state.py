"""What a migration came to, so that the end of a rehearsal can be compared with that of the real one.

    python tests/tools/end_state.py REHEARSED.json REAL.json ACCOUNT ...

Both are states of simulators (tests/tools/estate.py save); the accounts are those that were rehearsed. What only Azure
decides is left out: the ids of fresh identities and role assignments, and times.
"""

from __future__ import annotations

import json
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def main() -> None:
    """Compare two files; exits with 1, and a sentence for each difference."""
    rehearsed, real = (json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    names = sys.argv[3:]
    ids = [account["id"] for account in real["accounts"] if account["name"] in names]
    different = list(differences(projection(rehearsed, ids), projection(real, ids)))
    for sentence in different:
        print(f"DIFFERENT: {sentence}", file=sys.stderr)
    if different or len(ids) != len(names):
        sys.exit(1)
    print(f"{len(ids)} accounts: the rehearsal ended as the real migration did")


def projection(state: Json, ids: list[str]) -> Json:
    """Return what is comparable of these accounts, by the account's id."""
    accounts = [account for account in state["accounts"] if account["id"] in ids]
    names = {_principal(account): f"the identity of {account['name']}" for account in accounts}
    return {account["id"]: _account(account, state, names) for account in accounts}


def differences(left: Any, right: Any, place: str = "") -> Iterator[str]:
    """Yield a sentence for each place where two projections differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            yield from differences(left.get(key), right.get(key), f"{place} {key.rsplit('/', 1)[-1]}")
    elif left != right:
        yield f"{place.strip()}: {json.dumps(left)} and {json.dumps(right)}"


def _account(account: Json, state: Json, names: dict[str, str]) -> Json:
    holders = {_principal(account), *_run_as_principals(account, state)} - {""}
    return {
        "identity": _identity(account),
        "runbooks": {
            one["name"]: [one["state"], _digest(one["content"]), _digest(one["draft"])] for one in account["runbooks"]
        },
        "links": sorted(
            json.dumps([one["runbook"], one["schedule"], one["run_on"], one["parameters"]])
            for one in account["job_schedules"]
        ),
        "connections": sorted(one["name"] for one in account["connections"]),
        "certificates": sorted(one["name"] for one in account["certificates"]),
        "roles": sorted(_roles(state, holders, names)),
        "vaults": sorted(_policies(state, holders, names)),
        "app_roles": sorted(_app_roles(state, holders, names)),
        "mappings": {
            one["id"]: one["properties"]["providerSpecificDetails"]
            for one in state["container_mappings"]
            if _names(one, account)
        },
        "enabled": {
            one["id"]: one.get("accountEnabled")
            for one in state["directory"]["objects"]
            if one["id"].lower() in holders - {_principal(account)}
        },
    }


def _principal(account: Json) -> str:
    return str((account["identity"] or {}).get("principalId") or "").lower()


def _identity(account: Json) -> Json:
    identity = account["identity"] or {}
    return {"type": identity.get("type"), "user_assigned": sorted(identity.get("userAssignedIdentities") or {})}


def _run_as_principals(account: Json, state: Json) -> set[str]:
    fields = [(one["properties"].get("fieldDefinitionValues") or {}) for one in account["connections"]]
    applications = {str(one.get("ApplicationId") or "").lower() for one in fields} - {""}
    return {
        one["id"].lower()
        for one in state["directory"]["objects"]
        if one["@odata.type"].endswith("servicePrincipal") and one["appId"].lower() in applications
    }


def _roles(state: Json, holders: set[str], names: dict[str, str]) -> Iterator[str]:
    for item in state["role_assignments"]:
        properties = item["properties"]
        if properties["principalId"].lower() in holders:
            role = properties["roleDefinitionId"].rsplit("/", 1)[-1]
            who = _who(properties["principalId"], names)
            yield json.dumps([who, role, properties["scope"].lower(), properties.get("condition")])


def _policies(state: Json, holders: set[str], names: dict[str, str]) -> Iterator[str]:
    for vault in state["key_vaults"]:
        for entry in vault["properties"]["accessPolicies"]:
            if entry["objectId"].lower() in holders:
                yield json.dumps(
                    [vault["id"].lower(), _who(entry["objectId"], names), entry["permissions"]], sort_keys=True
                )


def _app_roles(state: Json, holders: set[str], names: dict[str, str]) -> Iterator[str]:
    for item in state["directory"]["app_role_assignments"]:
        if item["principalId"].lower() in holders:
            yield json.dumps([_who(item["principalId"], names), item["resourceId"], item["appRoleId"]])


def _who(principal: str, names: dict[str, str]) -> str:
    return names.get(principal.lower(), principal.lower())


def _names(mapping: Json, account: Json) -> bool:
    details = mapping["properties"]["providerSpecificDetails"]
    return str(details.get("automationAccountArmId") or "").lower() == account["id"].lower()


def _digest(content: Json | None) -> str | None:
    return content["sha256"] if content else None


if __name__ == "__main__":
    main()
