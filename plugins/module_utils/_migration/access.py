# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that gives a managed identity the access of a Run As account.

What the Run As principal may do is given to the identity, with the same scope and
condition; what is dangerous, unused or cannot be judged is left out and reported.
Nothing is ever changed or taken away. In the end both are compared: the proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec
from .._azure import automation
from .._ledger import read_journal
from .._step import Hands, Plan, StepError
from ._call import Call, Result
from .access_around import KEPT_AS, SHARED, AccessAround, read_around, shared_around
from .access_choices import choices_of
from .access_copy import Copy
from .access_counts import Counts
from .access_ends import Ends
from .access_kinds import other_kinds
from .access_model import Role
from .access_orphans import find_orphans
from .access_part import KINDS, Copying, Kind, Target
from .access_proof import last_proof
from .access_reading import Reading
from .access_result import diffs_of, facts_of, once
from .access_roles import RoleAssignments, RoleOptions
from .access_search import RESOURCE_GRAPH, SCOPES, by_resource_graph, by_scopes
from .access_sources import dormant_principals, find_sources
from .chosen_identity import SYSTEM, ChosenIdentity, choose_identity
from .directory_lookup import DirectoryLookup
from .migration_history import history_of, last_write_of
from .shared_lists import SharedLists
from .shared_reading import Shelf, key_of

NAME = "copy_runas_roles"

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + ArgumentSpec(
        options={
            "connection": {"type": "str"},
            "principal_id": {"type": "str"},
            "identity": {"type": "str", "default": SYSTEM},
            "role_map": {"type": "list", "elements": "raw", "default": []},
            "exclude": {"type": "list", "elements": "str", "default": []},
            "include_privileged": {"type": "list", "elements": "str", "default": []},
            "copy_unused": {"type": "bool", "default": False},
            "kinds": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
            "join_groups": {"type": "list", "elements": "str", "default": []},
            "search": {"type": "str", "choices": [SCOPES, RESOURCE_GRAPH], "default": SCOPES},
            "surroundings_age": {"type": "int", "default": 600},
            "share_lists": {"type": "bool"},
            "replication_timeout": {"type": "int", "default": 300},
        }
    )
)


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    choices = choices_of(call.parameters)
    records = read_journal(call.ledger)
    target, chosen = find_target(call)
    lists = _shared_lists(call, records)
    lookup = DirectoryLookup(call.session, target.principal_id, partial(_hints, call, lists))
    found = find_sources(
        call.session,
        call.account,
        call.parameters["connection"],
        call.parameters["principal_id"],
        call.max_parallel,
        lookup,
    )
    copying = Copying(target, found.sources, dormant_principals(found.sources), choices)
    around = around_of(call) if copying.dormant else AccessAround()
    history = history_of(records)
    copy = Copy(_kinds(call, copying, around, lookup, lists), call.parameters["replication_timeout"])
    part = copy.plan()
    orphans = find_orphans(call.session, call.account, history, target.principal_id, call.max_parallel)
    findings = once((*found.findings, *part.findings, *around.eligible_for(copying.dormant), *orphans))
    plan = Plan(part.changes, findings, diffs_of(copy, target))
    _refuse_missing_identity(call, chosen, plan)
    return call.finish(
        plan,
        Hands(reread=copy.reread, write=copy.write),
        verify=copy.verify,
        facts=lambda outcome: facts_of(call, copying, plan, copy, outcome, last_proof(records)),
    )


def find_target(call: Call) -> tuple[Target, ChosenIdentity]:
    """Return who gets the access; without principal where Azure has not made the identity yet."""
    chosen = choose_identity(call, automation.get_account(call.session, call.account))
    return Target(call.account, chosen.name, chosen.principal_id), chosen


def around_of(call: Call) -> AccessAround:
    """Return what lies around all accounts, as far as the options let it be shared with other workers."""
    # In check mode nothing is kept, so Resource Graph is asked for this account's principals only.
    search = call.parameters["search"] == RESOURCE_GRAPH and not call.check_mode
    vaults = "vault_policies" in call.parameters["kinds"]
    shelf = _shelf(call)
    own = call.account.subscription_id
    read = partial(
        read_around, call.session, own, call.max_parallel, search=search and shelf is not None, vaults=vaults
    )
    keyed = replace(shelf, key=key_of(call.parameters, call.parameters["search"], vaults)) if shelf else None
    found = shared_around(keyed, read, keep=not call.check_mode)
    return found if found.covers(own) else read()


def _shelf(call: Call) -> Shelf | None:
    """Return where to keep what other workers need too, or None where they shall read it themselves."""
    age = int(call.parameters["surroundings_age"])
    return Shelf(call.ledger.parent / SHARED, KEPT_AS, key_of(call.parameters), age) if age > 0 else None


def _shared_lists(call: Call, records: Sequence[Mapping[str, Any]]) -> SharedLists | None:
    """Return the lists that this account shares with others; None where it asks for its own."""
    shelf = _shelf(call)
    if shelf is None or call.check_mode or not call.parameters["share_lists"]:
        return None
    return SharedLists(call.session, shelf, last_write_of(records))


def _known_roles(call: Call, around: AccessAround, lists: SharedLists | None) -> dict[str, Role]:
    """Return the roles that need not be read for this account."""
    if lists and around.holders is None:
        return lists.find_roles(f"/subscriptions/{call.account.subscription_id}")
    return around.roles()


def _hints(call: Call, lists: SharedLists | None) -> Mapping[str, str]:
    return lists.find_applications(f"/subscriptions/{call.account.subscription_id}") if lists else {}


def _kinds(
    call: Call, copying: Copying, around: AccessAround, lookup: DirectoryLookup, lists: SharedLists | None
) -> list[Kind]:
    """Return the kinds of access to copy; none where no Run As account has a principal."""
    wanted = copying.choices.kinds if copying.dormant else frozenset()
    kinds: list[Kind] = [_roles(call, copying, around, lists)] if "role_assignments" in wanted else []
    timeout = call.parameters["replication_timeout"]
    return [*kinds, *other_kinds(call.session, copying, around, lookup, call.max_parallel, timeout)]


def _roles(call: Call, copying: Copying, around: AccessAround, lists: SharedLists | None) -> RoleAssignments:
    lister = lists.list_for_principal if lists else None
    by = by_resource_graph if call.parameters["search"] == RESOURCE_GRAPH else by_scopes

    def search(principals: Sequence[str]) -> Reading:
        return by(call.session, around, call.account.subscription_id, principals, call.max_parallel, lister)

    options = RoleOptions(
        replication_timeout=call.parameters["replication_timeout"],
        max_parallel=call.max_parallel,
        counts=Counts(call.session, _shelf(call), call.max_parallel, keep=not call.check_mode),
        known=_known_roles(call, around, lists),
        ends=Ends(call.session, _shelf(call), call.max_parallel, keep=not call.check_mode),
        # An identity that several accounts have may just have been written to by another one.
        lister=lister if call.parameters["identity"] == SYSTEM else None,
    )
    return RoleAssignments(call.session, copying, search, options)


def _refuse_missing_identity(call: Call, chosen: ChosenIdentity, plan: Plan) -> None:
    if call.check_mode or not plan.changes or (chosen.attached and chosen.principal_id):
        return
    if chosen.attached:
        raise StepError(f"The principal of {chosen.arm_id} may not be read. Allow the login to read that identity.")
    raise StepError(chosen.missing_from(call.account.name))
