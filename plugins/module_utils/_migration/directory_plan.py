# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What becomes of rights in Microsoft Entra: given, there already, refused, or left to somebody else. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._azure.ids import normal_id
from .._finding import Finding, finding
from .._step import Change
from .access_part import Copying, Fate, HandOver, Part, Right

# The word for a right that somebody with more rights is asked to give.
HANDED_OVER = "handed over"


@dataclass(frozen=True)
class Block:
    """Why a right is not copied: a word for the result, and what a person should know."""

    reason: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A right of a Run As principal, ``holder``, that the identity may get.

    ``notes`` are told where the identity has it or would get it. ``may`` is whether the login may give it.
    """

    right: Right
    holder: str
    block: Block | None = None
    notes: tuple[Finding, ...] = ()
    may: bool = True


@dataclass(frozen=True)
class Making:
    """The two ways to give a right: a change of this run, or what somebody else is asked for."""

    change: Callable[[Right], Change]
    hand_over: Callable[[Right], HandOver]


def decide(candidates: Sequence[Candidate], there: Mapping[tuple[str, ...], str], making: Making) -> Part:
    """Return what to do about the candidates; ``there`` has the rights of the identity: their keys, each with an id."""
    # Graph lists in no order to rely on; the fingerprint of a plan must not depend on it.
    ordered = sorted(candidates, key=lambda item: (item.right.key, item.holder))
    keys = list(dict.fromkeys(item.right.key for item in ordered))
    return Part.joined(
        _decide_one([item for item in ordered if item.right.key == key], there.get(key), making) for key in keys
    )


def asked_out(candidate: Candidate) -> bool:
    """Tell whether the task itself leaves a right out."""
    return candidate.block is not None and candidate.block.reason == "excluded"


def dormant_block(copying: Copying, right: Right, holder: str) -> Block | None:
    """Return the block of a right whose holder nothing can log in as, unless the task asks for those too."""
    why = copying.dormant.get(holder)
    if not why or copying.choices.copy_unused:
        return None
    return Block("unused", (finding("RA304", right.role, role=right.role, scope=right.scope, why=why),))


def held_back(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates for an identity whose own rights could not be read: what it has already is not known."""
    return [item if item.block else replace(item, block=Block("unreadable")) for item in candidates]


def approval_of(copying: Copying, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a person approves of a change: what is given and to whom, without ids that only Azure decides."""
    target = copying.target
    return {"account": target.account.arm_id.lower(), "identity": normal_id(target.identity), **facts}


def _decide_one(group: Sequence[Candidate], there: str | None, making: Making) -> Part:
    """Decide on one right, whoever of the Run As principals holds it."""
    free = [item for item in group if item.block is None]
    right = group[0].right
    if there is not None and not all(map(asked_out, group)):
        return Part(
            fates=tuple(Fate(item.right, item.holder, gives=(right,)) for item in group),
            unchanged=({**right.as_dict(), "id": there},),
            findings=group[0].notes,
        )
    if not free:
        return Part.joined(_refused(item, item.block, there) for item in group if item.block is not None)
    if free[0].may:
        return Part(
            changes=(making.change(right),),
            fates=tuple(Fate(item.right, item.holder, gives=(right,)) for item in group),
            findings=free[0].notes,
        )
    asked = making.hand_over(right)
    told = finding("RA332", right.role, what=_named(right), needs=asked.needs)
    return Part(
        fates=tuple(Fate(item.right, item.holder, reason=HANDED_OVER) for item in group),
        hand_over=(asked,),
        findings=(told, *free[0].notes),
    )


def _refused(item: Candidate, block: Block, there: str | None) -> Part:
    gives = (item.right,) if there is not None else ()
    return Part(
        fates=(Fate(item.right, item.holder, gives=gives, reason=block.reason),),
        not_copied=({**item.right.as_dict(), "reason": block.reason},),
        findings=block.findings,
    )


def _named(right: Right) -> str:
    if right.kind == "group":
        return f"Membership in group {right.role}"
    return f"{right.kind.replace('_', ' ').capitalize()} {right.role} at {right.scope}"
