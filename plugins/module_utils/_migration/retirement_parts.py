# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What each part of a Run As account is once changes are made. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from .._azure.ids import AccountId
from .._step import Change
from .retiree import Entra, Retiree
from .retirement_purge_plan import Remains


def parts_after(
    account: AccountId, retiree: Retiree, entra: Entra | None, made: Iterable[Change], remains: Remains | None = None
) -> dict[str, str]:
    """Return what each part of a Run As account is once the changes ``made`` are made.

    ``remains`` is what was found of a deleted application, where that was looked for.
    """
    targets = {change.target for change in made}
    gone = account.child("connections", retiree.run_as.connection) in targets
    certificate = retiree.certificate
    return {
        "connection": "deleted" if gone else _present(retiree.present),
        "certificate": (
            "deleted"
            if certificate and account.child("certificates", certificate["name"]) in targets
            else _present(certificate is not None)
        ),
        **_entra_parts(retiree, entra, targets, remains),
    }


def _present(there: bool) -> str:
    return "present" if there else "absent"


def _entra_parts(retiree: Retiree, entra: Entra | None, targets: set[str], remains: Remains | None) -> dict[str, str]:
    if retiree.application_id is None:
        return {"application": "absent", "service_principal": "absent"}
    if entra is None or not entra.known:
        return {"application": "not read", "service_principal": "not read"}
    application = entra.application
    if application and f"/applications/{application['id']}" in targets:
        # Deleting an application takes its service principal along (section 5).
        return {"application": "deleted", "service_principal": "deleted" if entra.principal else "absent"}
    if remains is not None and remains.deleted is not None and application is None:
        purged = remains.target in targets
        return {
            "application": "purged" if purged else "restorable",
            "service_principal": _principal_part(entra, targets),
        }
    return {"application": _present(application is not None), "service_principal": _principal_part(entra, targets)}


def _principal_part(entra: Entra, targets: set[str]) -> str:
    if entra.principal is None:
        return "absent"
    disabled = f"/servicePrincipals/{entra.principal['id']}" in targets
    return "disabled" if disabled or not entra.enabled else "enabled"
