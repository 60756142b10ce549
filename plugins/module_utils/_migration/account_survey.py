# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Everything that an inventory reads from Azure, in one value that can be cached. It holds no secret."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .._arguments import flat
from .._azure.credential import Login
from .._azure.session import Session
from . import account_assessing, account_hosts, account_listing
from .account_listing import Account, Detail

# The shape of a survey in a cache; another one is not read.
_FORMAT = 1
# The options that decide what is found and read: a survey made with others answers another question.
_DECIDING = (
    *("auth_source", "tenant", "client_id", "cloud_environment", "authority_url"),
    *("subscriptions", "management_groups", "resource_groups", "tags", "source", "read_identity"),
    *("assess", "assess_scope", "assessments", "ledger", "allow_partial"),
)


class SurveyError(Exception):
    """Something cannot be read, and the rest may not stand alone."""


@dataclass
class Survey:
    """All accounts in scope, and what was read of the ``kept`` ones: those that pass the plain filters.

    The accounts are all there, filtered or not, because host names depend on them. ``details`` are further host
    variables by account id; ``unread`` has a sentence for each thing that could not be read.
    """

    accounts: list[Account]
    unread: list[str]
    kept: list[str]
    details: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Survey:
        """Return what ``as_dict`` was made of."""
        return cls(**{**kept, "accounts": [Account(**account) for account in kept["accounts"]]})

    @property
    def kept_accounts(self) -> list[Account]:
        """The accounts that pass the plain filters."""
        kept = set(self.kept)
        return [account for account in self.accounts if account.id in kept]


def fingerprint(parameters: Mapping[str, Any]) -> str:
    """Return what two surveys with the same answer have in common: shape and deciding options, hashed."""
    deciding = {"format": _FORMAT, **{name: parameters.get(name) for name in _DECIDING}}
    return hashlib.sha256(json.dumps(deciding, sort_keys=True, default=str).encode()).hexdigest()


def make_survey(parameters: Mapping[str, Any]) -> Survey:
    """Log in and read what the options ask for.

    Raises SurveyError, one sentence, for what cannot be read, unless ``allow_partial``; ValueError for ``tags`` of
    a wrong shape; and the errors of ``_azure.errors``.
    """
    tags = account_hosts.wanted_tags(parameters["tags"])
    groups = flat(parameters["resource_groups"])
    login: dict[str, Any] = {name: parameters.get(name) for name in Login.__dataclass_fields__}
    with Session(Login(**login)) as session:
        survey = _list(session, parameters)
        survey.kept = [
            account.id
            for account in survey.accounts
            if account_hosts.in_resource_groups(account, groups) and account_hosts.has_tags(account, tags)
        ]
        _read_details(session, survey, parameters)
    return survey


def _list(session: Session, parameters: Mapping[str, Any]) -> Survey:
    chosen, unread = account_listing.find_subscriptions(
        session, flat(parameters["subscriptions"]), flat(parameters["management_groups"])
    )
    _refuse_partial(unread, parameters)
    listing = account_listing.list_accounts(
        session, chosen, source=parameters["source"], max_parallel=_parallel(parameters)
    )
    _refuse_partial(listing.unread, parameters)
    return Survey(listing.accounts, [*unread, *listing.unread], [])


def _read_details(session: Session, survey: Survey, parameters: Mapping[str, Any]) -> None:
    """Add what the options ask for beyond the list, of the accounts that are kept."""
    if parameters["read_identity"]:
        read = account_listing.read_identities(session, survey.kept_accounts, _parallel(parameters))
        facts = {key: {"identity": detail.facts} for key, detail in read.items() if detail.facts}
        _take(survey, read, facts, parameters)
    if parameters["assess"]:
        scope, ledger = parameters["assess_scope"], parameters["ledger"]
        made = account_assessing.assess_now(session, survey.kept_accounts, scope, ledger, _parallel(parameters))
    elif parameters["assessments"]:
        made = account_assessing.kept(survey.kept_accounts, parameters["assessments"])
    else:
        return
    _take(survey, made, {key: detail.facts for key, detail in made.items() if detail.facts}, parameters)


def _take(
    survey: Survey,
    read: Mapping[str, Detail],
    facts: Mapping[str, Mapping[str, Any]],
    parameters: Mapping[str, Any],
) -> None:
    """Add facts to the survey, note what could not be read, and let go of accounts deleted since the list."""
    unread = [detail.unread for detail in read.values() if detail.unread]
    _refuse_partial(unread, parameters)
    survey.unread += unread
    survey.kept = [key for key in survey.kept if not read[key].gone]
    for key, found in facts.items():
        survey.details.setdefault(key, {}).update(found)


def _refuse_partial(unread: Iterable[str], parameters: Mapping[str, Any]) -> None:
    sentences = list(unread)
    if sentences and not parameters["allow_partial"]:
        more = f" So it is with {len(sentences) - 1} more." if len(sentences) > 1 else ""
        raise SurveyError(f"{sentences[0]}{more} With allow_partial: true the inventory has the rest.")


def _parallel(parameters: Mapping[str, Any]) -> int:
    return max(1, int(parameters["max_parallel"]))
