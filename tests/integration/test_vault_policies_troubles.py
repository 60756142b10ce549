# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access policies where Azure forbids, a vault goes away or changes, or somebody else is at work."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import key_vault
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Absent, Conflict, Forbidden
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import ChangeConflict, Outcome, StepError

from .access_estate import Start, session
from .vault_estate import Copy, copied, identity, kv, policies, principal, properties, vault_id, with_vaults

if TYPE_CHECKING:
    from .conftest import Azure

ADD = "method=PUT,path=*/accessPolicies/add*"
# Two vaults: what befalls the first does not keep the second from being changed.
TWO = (kv("kv", resource_group="rg-first"), kv("kv-2", resource_group="rg-second"))


def login_with(*roles: dict[str, str]) -> dict[str, Any]:
    return {"migration": {"secret": "FAKE-secret", "graph": "manage", "roles": list(roles)}}


def only_failure(outcome: Outcome, azure: Azure) -> Exception:
    """Return the one failure, about the first vault; the second one was changed."""
    assert [done.change.target for done in outcome.done] == [vault_id(azure, "kv-2")]
    (failure,) = outcome.failures
    assert "\n" not in str(failure.error)
    return failure.error


def shown(error: Exception) -> str:
    return str(error)


def act(azure: Azure, method: str, path: str, **properties: Any) -> Callable[[], None]:
    """Return what somebody else does with the first vault."""

    def somebody() -> None:
        content = {"json": {"properties": properties}} if properties else {}
        with session(azure) as other:
            other.arm(method, f"{vault_id(azure)}{path}", key_vault.API_VERSION, "Doing", **content)

    return somebody


# What cannot be read


def test_a_subscription_whose_vaults_may_not_be_read_is_named_and_the_others_go_on(
    start_azure: Start, tmp_path: Path
) -> None:
    logins = login_with(
        {"role": "Owner", "scope": "production"}, {"role": "Contributor", "scope": "finance/rg-invoices"}
    )
    vaults = [
        kv("kv-one"),
        kv("kv-two", subscription="finance", resource_group="rg-invoices"),
        kv("kv-three", subscription="finance", resource_group="rg-payroll"),
    ]
    azure = start_azure(*with_vaults(tmp_path, *vaults, logins=logins))
    copy, outcome = copied(azure)
    (unread,) = copy.unread
    finance = vault_id(azure, "kv-two").split("/resourceGroups/")[0]
    assert (unread.code, unread.resource) == ("RA901", finance)
    assert "The key vaults of subscription" in unread.sentence
    # What the one readable resource group shows is not lost.
    assert sorted(done.change.target for done in outcome.done) == sorted(
        [vault_id(azure, "kv-one"), vault_id(azure, "kv-two")]
    )


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ("status=403,code=AuthorizationFailed", ["RA901"]),
        ("status=500,code=InternalServerError", ["RA903"]),
        ("status=409,code=MissingSubscriptionRegistration", []),
    ],
)
def test_what_an_unreadable_list_means_depends_on_why(
    start_azure: Start, tmp_path: Path, fault: str, codes: list[str]
) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv("kv-two", subscription="finance"), kv("kv-one")))
    finance = vault_id(azure, "kv-two").split("/")[2]
    azure.control("PUT", "/faults", [f"{fault},path=/subscriptions/{finance}/providers/Microsoft.KeyVault/*,times=0"])
    copy, outcome = copied(azure)
    assert [found.code for found in copy.unread] == codes
    assert vault_id(azure, "kv-one") in [done.change.target for done in outcome.done]


def test_a_vault_of_a_slim_list_that_may_not_be_read_is_named(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, *TWO), "--set", "slim_key_vault_list=true")
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,path={vault_id(azure)}?*"])
    copy, outcome = copied(azure)
    (unread,) = copy.unread
    assert (unread.code, unread.resource) == ("RA901", vault_id(azure))
    assert len(outcome.done) == 1


# What is refused


def test_a_read_only_lock_stops_one_vault_and_says_how_to_go_on(start_azure: Start, tmp_path: Path) -> None:
    lock = {"name": "freeze", "level": "ReadOnly", "scope": "production/rg-first"}
    azure = start_azure(*with_vaults(tmp_path, *TWO, locks=[lock]))
    dummy, outcome = copied(azure)
    error = only_failure(outcome, azure)
    assert isinstance(error, Conflict)
    assert "Adding an access policy to key vault kv failed with status 409: ScopeLocked" in shown(error)
    assert shown(error).endswith("Remove the lock while access is copied, or leave the scope out with exclude.")


def test_a_policy_of_azure_stops_one_vault_and_nobody_is_asked_to_do_what_it_denies(
    start_azure: Start, tmp_path: Path
) -> None:
    rule = {"name": "no-vault-policies", "scope": "production/rg-first", "denies": "access_policies"}
    azure = start_azure(*with_vaults(tmp_path, *TWO, policies=[rule]))
    copy, outcome = copied(azure)
    error = only_failure(outcome, azure)
    assert isinstance(error, Forbidden)
    assert "RequestDisallowedByPolicy" in shown(error)
    assert shown(error).endswith("Ask for an exemption from that policy, or leave the scope out with exclude.")
    assert copy.kinds.hand_over(outcome) == []


def test_a_login_that_may_only_read_a_vault_hands_the_command_over(start_azure: Start, tmp_path: Path) -> None:
    logins = login_with(
        {"role": "Reader", "scope": "production"},
        {"role": "Reader", "scope": "finance"},
        {"role": "Key Vault Contributor", "scope": "production/rg-second"},
    )
    first = kv("kv", {"principal": "run-as", "secrets": ["Get"], "keys": ["wrapKey"]}, resource_group="rg-first")
    azure = start_azure(*with_vaults(tmp_path, first, TWO[1], logins=logins))
    copy, outcome = copied(azure)
    error = only_failure(outcome, azure)
    assert isinstance(error, Forbidden)
    assert "AuthorizationFailed" in shown(error)
    assert "Let the login give access there, or have it done by the command in the hand-over file." in shown(error)
    (asked,) = copy.kinds.hand_over(outcome)
    subscription = vault_id(azure).split("/")[2]
    assert shlex.split(asked.command) == [
        *("az", "keyvault", "set-policy", "--name=kv", f"--subscription={subscription}"),
        *(f"--object-id={identity(azure)}", "--key-permissions", "wrapkey", "--secret-permissions", "get"),
    ]
    assert (asked.scope, asked.needs) == (vault_id(azure), "Key Vault Contributor at key vault kv")
    assert asked.reason.startswith("The Run As account may use key vault kv (keys: wrapKey; secrets: Get)")
    assert identity(azure) not in policies(azure)


# What moves after the plan was made


def test_a_vault_deleted_in_between_is_named_and_the_others_proceed(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, *TWO))
    dummy, outcome = copied(azure, between=act(azure, "DELETE", ""))
    error = only_failure(outcome, azure)
    assert isinstance(error, Absent)
    assert "Key vault kv was deleted after it was read." in shown(error)
    assert shown(error).endswith("unless it is recovered: run again then.")


def test_a_vault_deleted_while_it_is_written_is_named_too(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, *TWO))
    fault = f"status=404,code=ResourceNotFound,method=PUT,path={vault_id(azure)}/accessPolicies/add*"
    azure.control("PUT", "/faults", [fault])
    dummy, outcome = copied(azure)
    sentence = shown(only_failure(outcome, azure))
    assert "Key vault kv was deleted after it was read." in sentence
    assert sentence.endswith("run again then.")


def test_a_vault_that_went_over_to_roles_in_between_is_left_alone(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, *TWO))
    dummy, outcome = copied(azure, between=act(azure, "PATCH", "", enableRbacAuthorization=True))
    error = only_failure(outcome, azure)
    assert isinstance(error, ChangeConflict)
    assert "Key vault kv goes by Azure roles (RBAC) since it was read. It was left alone." in shown(error)


def test_a_vault_that_got_full_in_between_is_left_alone(start_azure: Start, tmp_path: Path) -> None:
    filled = {**TWO[0], "other_policies": 1022}
    azure = start_azure(*with_vaults(tmp_path, filled, TWO[1]))
    stranger = {
        "tenantId": properties(azure)["tenantId"],
        "objectId": "00000000-0000-4000-8000-00000000000e",
        "permissions": {"secrets": ["get"]},
    }
    dummy, outcome = copied(azure, between=act(azure, "PUT", "/accessPolicies/add", accessPolicies=[stranger]))
    error = only_failure(outcome, azure)
    assert isinstance(error, StepError)
    assert "Key vault kv got full since it was read: it has 1024 access policies" in shown(error)


def test_an_entry_that_lost_permissions_in_between_is_left_alone(start_azure: Start, tmp_path: Path) -> None:
    held = [{"principal": "run-as", "secrets": ["Get"]}, {"principal": "aa", "keys": ["sign", "get"]}]
    azure = start_azure(*with_vaults(tmp_path, kv("kv", *held, resource_group="rg-first"), TWO[1]))
    entry = {
        "tenantId": properties(azure)["tenantId"],
        "objectId": identity(azure),
        "permissions": {"keys": ["sign"]},
    }
    dummy, outcome = copied(azure, between=act(azure, "PUT", "/accessPolicies/remove", accessPolicies=[entry]))
    error = only_failure(outcome, azure)
    assert isinstance(error, ChangeConflict)
    assert f"{vault_id(azure)} changed after it was read" in shown(error)
    assert policies(azure)[identity(azure)] == {"keys": ["get"]}


# Azure refuses several changes of one vault at once


def test_a_vault_that_is_being_changed_is_tried_again(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv()))
    azure.control("PUT", "/faults", [f"status=409,code=ConflictError,{ADD},times=2"])
    dummy, outcome = copied(azure)
    assert outcome.complete
    assert len(azure.writes()) == 3
    assert policies(azure)[identity(azure)] == policies(azure)[principal(azure, "run-as")]


def test_a_vault_that_goes_on_being_changed_is_given_up(
    start_azure: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "ansible_collections.azauto.runas_migration.plugins.module_utils._migration.vault_policies"
    monkeypatch.setattr(f"{module}._PAUSES", (0.0, 0.0))
    azure = start_azure(*with_vaults(tmp_path, *TWO))
    path = f"{vault_id(azure)}/accessPolicies/add*"
    azure.control("PUT", "/faults", [f"status=409,code=ConflictError,method=PUT,path={path},times=0"])
    dummy, outcome = copied(azure)
    error = only_failure(outcome, azure)
    assert "Somebody else goes on changing key vault kv. Run again." in shown(error)


def test_an_answer_that_got_lost_is_found_on_the_next_run(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv()))
    azure.control("PUT", "/faults", [f"drop=after,{ADD},times=0"])
    dummy, outcome = copied(azure)
    assert not outcome.complete
    azure.control("PUT", "/faults", [])
    again, dummy = copied(azure)
    assert (again.part.changes, len(again.part.unchanged)) == ((), 1)


def test_a_fault_of_azure_leaves_the_vault_as_it_is_and_says_so(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, *TWO))
    fault = f"status=400,code=BadRequest,method=PUT,path={vault_id(azure)}/accessPolicies/add*"
    azure.control("PUT", "/faults", [fault])
    dummy, outcome = copied(azure)
    assert shown(only_failure(outcome, azure)).endswith("Run again to plan on what is there now.")


def test_a_vault_that_cannot_be_read_back_is_not_taken_for_one_without_policies(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv()))
    with session(azure) as opened:
        copy = Copy(opened, azure, "aa", identity(azure))
        copy.plan()
        azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,path={vault_id(azure)}?*"])
        with pytest.raises(Forbidden):
            copy.kind.held()
