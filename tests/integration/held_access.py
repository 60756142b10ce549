# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulator says that principals hold, as rights that can be compared with what was expected."""

from __future__ import annotations

from .expected_access import APP_ROLE, DIRECTORY_ROLE, ROLE, Expected, Json, Right, group, names_of, policy


def held(state: Json, principal_id: str) -> list[Right]:
    """What a principal holds by itself, as the simulator knows it; a double would be there twice."""
    names = {item["role"]: item["role_name"] for told in state["truth"].values() for item in told["direct"]}
    found: list[Right] = []
    for item in (assignment["properties"] for assignment in state["role_assignments"]):
        if item["principalId"] == principal_id:
            role = names[item["roleDefinitionId"].rsplit("/", 1)[-1]]
            found.append((ROLE, role, item["scope"].lower(), item["condition"]))
    directory = state["directory"]
    objects = {item["id"]: item for item in directory["objects"]}
    for item in directory["app_role_assignments"]:
        if item["principalId"] == principal_id:
            offered = objects[item["resourceId"]]["appRoles"]
            value = next(role["value"] for role in offered if role["id"] == item["appRoleId"])
            found.append((APP_ROLE, value, item["resourceDisplayName"].lower(), None))
    found += [
        (DIRECTORY_ROLE, directory_role_names(state)[item["roleDefinitionId"]], item["directoryScopeId"].lower(), None)
        for item in directory["role_assignments"]
        if item["principalId"] == principal_id
    ]
    groups = [item for item in objects.values() if principal_id in item.get("members", ())]
    return sorted([*found, *(group({"id": item["id"], "name": item["displayName"]}) for item in groups)], key=str)


def directory_role_names(state: Json) -> dict[str, str]:
    every = [item for told in state["truth"].values() for item in told["directory_roles"]]
    return {item["role"]: item["role_name"] for item in every}


def policies(state: Json, principal_id: str) -> dict[str, list[str]]:
    """What the access policies of a principal permit, by vault; those with an application are nobody's own."""
    return {
        vault["id"].lower(): sorted(names_of(entry["permissions"]))
        for vault in state["key_vaults"]
        for entry in vault["properties"]["accessPolicies"]
        if entry["objectId"] == principal_id and "applicationId" not in entry
    }


def policies_in_the_end(told: Json, wanted: Expected) -> dict[str, list[str]]:
    """What the identity's policies permit afterwards: what they did, and what was copied."""
    end = {item["vault"].lower(): names_of(item["permissions"]) for item in told["identity_policies"]}
    for item in told["vault_policies"]:
        if policy(item["vault"], item["permissions"]) in wanted.end:
            end.setdefault(item["vault"].lower(), set()).update(names_of(item["permissions"]))
    return {vault: sorted(names) for vault, names in end.items()}


def others(state: Json, principal_id: str) -> Json:
    """All access there is, but for that of one principal."""
    directory = state["directory"]
    return {
        "roles": [item for item in state["role_assignments"] if item["properties"]["principalId"] != principal_id],
        "app_roles": [item for item in directory["app_role_assignments"] if item["principalId"] != principal_id],
        "directory_roles": [item for item in directory["role_assignments"] if item["principalId"] != principal_id],
        "groups": {
            item["id"]: sorted({*item["members"]} - {principal_id})
            for item in directory["objects"]
            if "members" in item
        },
        "policies": {
            vault["id"]: [entry for entry in vault["properties"]["accessPolicies"] if entry["objectId"] != principal_id]
            for vault in state["key_vaults"]
        },
    }
