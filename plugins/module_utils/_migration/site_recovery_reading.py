# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading the vaults whose container mappings are to be moved.

What could not be read is told apart from what is not there: a 403 is never "no vault".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .._azure import automation, site_recovery, subscriptions
from .._azure.errors import Absent, Conflict, Failed, Forbidden
from .._azure.ids import account_of, normal_id, same_id, subscription_of
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import StepError, in_parallel
from . import surroundings_reading as reading
from ._call import Call
from .access_around import SHARED
from .shared_reading import Shelf, key_of, shared
from .site_recovery_model import ContainerMapping, Vault, fields_of, machine_of, mapping_of, vault_of
from .unread import Unread

Json = Mapping[str, Any]

ACCOUNT, SUBSCRIPTION = "account", "subscription"

_KEPT_AS = "site_recovery.json"
_ACCOUNT_ID = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Automation/automationAccounts/[^/]+/?",
    re.IGNORECASE,
)
_VAULT_ID = "/providers/microsoft.recoveryservices/vaults/"


@dataclass(frozen=True)
class Seen:
    """The vaults that are meant, with what was read of them, and what could not be read besides.

    ``gone`` are the comparable ids of accounts that mappings name and that are not there any more.
    """

    vaults: tuple[Vault, ...] = ()
    unread: tuple[Unread, ...] = ()
    gone: frozenset[str] = frozenset()

    def findings(self) -> list[Finding]:
        """Return what could not be read as findings, each once."""
        told = [*self.unread, *(item for vault in self.vaults for item in vault.unread)]
        return list(dict.fromkeys(_finding_of(item, self.vaults) for item in told if not item.gone))


def _finding_of(item: Unread, vaults: Sequence[Vault]) -> Finding:
    """A vault in a failed state answers errors: that is more than a list that could not be read."""
    vault = next((one for one in vaults if same_id(one.id, item.resource)), None)
    if vault is None or vault.state.lower() != "failed":
        return item.finding()
    return finding("RA715", item.resource, vault=vault.name, state=vault.state, what=item.what, reason=item.reason)


def read_vaults(call: Call) -> Seen:
    """Return the vaults that the options mean.

    Raises StepError for options that contradict each other, and for a vault that the task names and that is not there
    or cannot be read.
    """
    named, scope = list(dict.fromkeys(call.parameters["vaults"])), call.parameters["vault_scope"]
    if call.parameters["link"] and not named:
        raise StepError("link is set, but vaults names no vault. Name each vault that shall use this account.")
    if named:
        return _judged(call, Seen(tuple(in_parallel(partial(_named, call.session), named, call.max_parallel))))
    if scope == SUBSCRIPTION:
        wanted = call.parameters["vault_subscription"] or call.account.subscription_id
        return _judged(call, _of_subscriptions(call, [wanted]))
    return _of_account(call)


def _named(session: Session, vault_id: str) -> Vault:
    if _VAULT_ID not in vault_id.lower():
        raise StepError(
            f"vaults names '{vault_id}', which is no id of a Recovery Services vault. Give its resource id."
        )
    try:
        item = site_recovery.get_vault(session, vault_id)
    except Absent as error:
        raise StepError(f"Vault {vault_id} is not there ({error}). Correct vaults. Nothing was changed.") from None
    try:
        mappings = site_recovery.list_container_mappings(session, item["id"])
    except (Absent, Forbidden, Conflict, Failed) as error:
        state = reading.vault_state(item)
        raise StepError(
            f"The container mappings of vault {item['name']}, which is in state {state}, cannot be read: {error} "
            "Repair the vault, or let the login read it, and run again. Nothing was changed."
        ) from None
    return _whole(session, vault_of(item, mappings=tuple(mapping_of(one) for one in mappings)))


def _of_subscriptions(call: Call, names: Sequence[str]) -> Seen:
    items, unread = reading.joined(
        [partial(reading.vaults_of, call.session, name) for name in names], call.max_parallel
    )
    vaults = in_parallel(partial(_read, call.session), items, call.max_parallel)
    return Seen(tuple(_each_whole(call, vaults)), tuple(unread))


def _read(session: Session, item: Json) -> Vault:
    mappings, unread = reading.mappings_of(session, item)
    return vault_of(item, mappings=tuple(mapping_of(one) for one in mappings), unread=tuple(unread))


# All that use the account


def _of_account(call: Call) -> Seen:
    """Return the vaults with mappings that name the account, in all subscriptions that the login sees."""
    index = _index(call)
    naming = [item for item in index["vaults"] if normal_id(call.account.arm_id) in item["accounts"]]
    failed = [item for item in index["vaults"] if item["unread"]]
    vaults = in_parallel(partial(_read, call.session), [item["vault"] for item in naming], call.max_parallel)
    silent = tuple(vault_of(item["vault"], unread=tuple(Unread(**one) for one in item["unread"])) for item in failed)
    unread = tuple(Unread(**item) for item in index["unread"])
    return _judged(call, Seen((*_each_whole(call, vaults), *silent), unread))


def _index(call: Call) -> Json:
    """Return which vaults name which accounts: the same for all accounts, so one worker of a run reads it for all."""
    age = int(call.parameters["surroundings_age"])
    read = partial(_read_index, call)
    if call.check_mode or age <= 0:
        return read()
    shelf = Shelf(call.ledger.parent / SHARED, _KEPT_AS, key_of(call.parameters, "site_recovery"), age)
    kept = shared(shelf, read, lambda content: isinstance(content["vaults"], list))
    own = call.account.subscription_id
    return kept if any(same_id(own, name) for name in kept["subscriptions"]) else read()


def _read_index(call: Call) -> Json:
    names, unread = visible_subscriptions(call)
    items, missed = reading.joined(
        [partial(reading.vaults_of, call.session, name) for name in names], call.max_parallel
    )
    vaults = in_parallel(partial(_indexed, call.session), items, call.max_parallel)
    return {"subscriptions": names, "vaults": vaults, "unread": [vars(item) for item in (*unread, *missed)]}


def _indexed(session: Session, item: Json) -> dict[str, Any]:
    mappings, unread = reading.mappings_of(session, item)
    accounts = {normal_id(name) for name in (fields_of(one).account for one in mappings) if name}
    kept = {name: item.get(name) for name in ("id", "name", "location")}
    kept["properties"] = {"provisioningState": reading.vault_state(item)}
    return {"vault": kept, "accounts": sorted(accounts), "unread": [vars(one) for one in unread]}


def visible_subscriptions(call: Call) -> tuple[list[str], list[Unread]]:
    """Return the subscriptions that the login sees, that of the account included, and whether that could be read."""
    own = call.account.subscription_id
    try:
        names = [str(item["subscriptionId"]) for item in subscriptions.list_subscriptions(call.session)]
    except Forbidden as error:
        return [own], [Unread.of("The subscriptions that the login sees", "/subscriptions", error)]
    return (names if any(same_id(own, name) for name in names) else [*names, own]), []


# What else is known of a vault


def _each_whole(call: Call, vaults: Sequence[Vault]) -> list[Vault]:
    """Return the vaults with their machines and intents, as far as these matter: a vault without mappings has none."""
    whole = in_parallel(
        lambda vault: _whole(call.session, vault) if vault.mappings else vault, vaults, call.max_parallel
    )
    return list(whole)


def _whole(session: Session, vault: Vault) -> Vault:
    machines, unread_machines = _tried(f"The protected machines of vault {vault.name}", vault, _machines, session)
    intents, unread_intents = _tried(f"The protection intents of vault {vault.name}", vault, _intents, session)
    unread = (*vault.unread, *unread_machines, *unread_intents)
    return replace(vault, machines=machines, intents=intents, unread=unread)


def _tried(what: str, vault: Vault, read: Any, session: Session) -> tuple[tuple[Any, ...] | None, list[Unread]]:
    try:
        return tuple(read(session, vault.id)), []
    except (Absent, Forbidden, Conflict, Failed) as error:
        return None, [Unread.of(what, vault.id, error)]


def _machines(session: Session, vault_id: str) -> list[Any]:
    found = [machine_of(item) for item in site_recovery.list_protected_items(session, vault_id)]
    return [machine for machine in found if machine is not None]


def _intents(session: Session, vault_id: str) -> list[Any]:
    return [{**item, "vault": vault_id} for item in site_recovery.list_protection_intents(session, vault_id)]


# Other accounts


def _judged(call: Call, seen: Seen) -> Seen:
    """Return which of the other accounts that mappings name are gone."""
    mappings = [mapping for vault in seen.vaults for mapping in vault.mappings if mapping.is_a2a]
    others = list(dict.fromkeys(_others(mappings, call.account.arm_id)))
    if not others:
        return seen
    names, dummy = visible_subscriptions(call)
    visible = [name for name in others if any(same_id(subscription_of(name), one) for one in names)]
    answers = in_parallel(partial(_is_gone, call.session), visible, call.max_parallel)
    return replace(seen, gone=frozenset(normal_id(name) for name, gone in zip(visible, answers, strict=True) if gone))


def _others(mappings: Iterable[ContainerMapping], account_id: str) -> list[str]:
    named = [mapping.fields.account for mapping in mappings if mapping.fields.account]
    return [name for name in named if not same_id(name, account_id) and _is_account(name)]


def _is_account(arm_id: str) -> bool:
    return bool(_ACCOUNT_ID.fullmatch(arm_id))


def _is_gone(session: Session, account_id: str) -> bool:
    """Tell whether an account is not there; one that may not be read is not known to be gone."""
    try:
        automation.get_account(session, account_of(account_id))
    except Absent:
        return True
    except (Forbidden, Conflict, Failed):
        return False
    return False
