# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Taking away the identities that the migration gave an account, where nothing else uses them.

What others attached since stays, and so does what somebody relies on: a finding names who.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import automation
from .._azure.ids import normal_id
from .._finding import Finding, finding
from .._step import KNOWN_AFTER_APPLY, Change
from ._call import Call
from .chosen_identity import details_of_user_assigned, either_casing
from .identity import Identity, observed_identity, refuse_loss, request_body
from .rollback_chains import Undo
from .rollback_identity_users import Going, Users, runbooks_with, users_of_system
from .rollback_part import IDENTITY, Part, Said, diff_of

Json = Mapping[str, Any]

KIND = "identity"
_SYSTEM = "system-assigned identity"


@dataclass(frozen=True)
class Given:
    """What the migration changed: identities that it added and took, by comparable id, and its system identities."""

    system: bool = False
    principals: frozenset[str] = frozenset()
    added: Mapping[str, str] | None = None
    taken: Mapping[str, str] | None = None
    system_taken: bool = False


def given_by(undo: Undo) -> Given:
    """Return what the writes of an undo added and took. Pure."""
    start, states = undo.start or {}, [state for state in undo.states if state]
    had, there = _user_assigned(start), {key: one for state in states for key, one in _user_assigned(state).items()}
    last = _user_assigned(states[-1]) if states else {}
    principals = [str(write.after.get("principal_id")) for write in undo.writes if write.after]
    return Given(
        system=not _has_system(start) and any(_has_system(state) for state in states),
        principals=frozenset(one.lower() for one in principals if one not in ("None", KNOWN_AFTER_APPLY)),
        added={key: one for key, one in there.items() if key not in had},
        taken={key: one for key, one in had.items() if key not in last},
        system_taken=_has_system(start) and bool(states) and not _has_system(states[-1]),
    )


def _has_system(state: Json) -> bool:
    return "systemassigned" in str(state.get("type") or "").lower()


def _user_assigned(state: Json) -> dict[str, str]:
    return {normal_id(one): str(one) for one in state.get("user_assigned_identities") or []}


class AccountIdentity:
    """The identities of the account."""

    kinds = frozenset({KIND})

    def __init__(self, call: Call) -> None:
        self._call = call
        self._before = Identity()
        self._after = Identity()

    def plan(self, undos: Sequence[Undo], going: Going) -> Part:
        """Return what is to be done about the identities; ``going`` is what the rest of this run takes back."""
        return Part.joined(self._planned(undo, going) for undo in undos)

    def _planned(self, undo: Undo, going: Going) -> Part:
        account = automation.get_account(self._call.session, self._call.account)
        now, given = observed_identity(account), given_by(undo)
        said: list[Finding] = []
        conflicts: list[Finding] = []
        takes_system = given.system and now.system
        if takes_system and given.principals and str(now.principal_id).lower() not in given.principals:
            takes_system = False
            conflicts.append(finding("RA840", undo.target, what=f"The {_SYSTEM} of {self._call.account.name}"))
        if takes_system:
            users = users_of_system(self._call, str(now.principal_id), going)
            takes_system = self._free(_SYSTEM, users, said)
        kept = self._kept(account, now, given, going, said)
        system = now.system and not takes_system
        after = Identity(system, kept, now.principal_id if system else None)
        lost = self._lost(undo, given, now)
        part = Part(
            findings=tuple(said),
            conflicts=tuple(Said(KIND, undo.target, undo.step, one) for one in conflicts),
            not_restored=lost,
        )
        if (now.system, set(now.user_assigned)) == (after.system, set(after.user_assigned)):
            return Part.joined((part, Part(back=() if said or conflicts or lost else (undo,))))
        self._before, self._after = now, after
        change = Change("update", KIND, undo.target, now.as_dict(), after.as_dict(), track=KIND, wave=IDENTITY)
        return Part.joined((part, Part(changes=(change,), diffs=(diff_of(change, self._call.account.name),))))

    def _kept(self, account: Json, now: Identity, given: Given, going: Going, said: list[Finding]) -> dict[str, str]:
        """Return the user-assigned identities afterwards: those there are, less what we added, plus what we took."""
        details = details_of_user_assigned(account)
        kept = dict(now.user_assigned)
        for key, arm_id in (given.added or {}).items():
            if key not in kept:
                continue
            client_id = either_casing(details.get(key) or {}, "clientId")
            if self._free(f"user-assigned identity {arm_id}", runbooks_with(self._call, client_id, going), said):
                del kept[key]
        return {**{key: one for key, one in (given.taken or {}).items() if key not in kept}, **kept}

    def _free(self, what: str, users: Users, said: list[Finding]) -> bool:
        """Tell whether nothing else uses an identity; where something does, or may, say so."""
        account = self._call.account
        facts: dict[str, Any] = {"identity": what, "account": account.name}
        if users.users:
            accepted = bool(self._call.parameters["accept_other_use"])
            code = "RA857" if accepted else "RA845"
            said.append(finding(code, account.arm_id, users=_some(users.users), **facts))
            return accepted
        if users.unread and not self._call.parameters["accept_unread"]:
            unread = _some([one.sentence.rstrip(".") for one in users.unread])
            said.append(finding("RA846", account.arm_id, unread=unread, **facts))
            return False
        said += users.unread
        return True

    def _lost(self, undo: Undo, given: Given, now: Identity) -> tuple[Said, ...]:
        if not given.system_taken or now.system:
            return ()
        facts = {"account": self._call.account.name, "principal": undo.start.get("principal_id")}
        return (Said(KIND, undo.target, undo.step, finding("RA854", undo.target, **facts)),)

    def now(self, change: Change) -> Any:
        """Return the identities as they are now."""
        return observed_identity(automation.get_account(self._call.session, self._call.account)).as_dict()

    def write(self, change: Change) -> Json:
        """Write the identities as a whole (azure-contracts, section 1.1)."""
        body = request_body(self._before, self._after)
        return observed_identity(automation.patch_identity(self._call.session, self._call.account, body)).as_dict()

    def verify(self) -> None:
        """Raise StepError where, read back, an identity that stays is gone, or one that goes is there."""
        account = automation.get_account(self._call.session, self._call.account)
        refuse_loss(self._call.account, self._before, self._after, observed_identity(account))


def _some(names: Sequence[str]) -> str:
    shown = list(dict.fromkeys(names))
    more = len(shown) - 5
    return "; ".join(shown[:5]) + (f"; and {more} more" if more > 0 else "")
