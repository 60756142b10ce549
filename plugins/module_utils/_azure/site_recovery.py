# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Site Recovery: vaults, their container mappings, intents, items and jobs (azure-contracts, 6; docs/contract.md, 6.3).

The management SDK does not resolve beside the peer's pins (section 10a), so the
requests are our own. Functions return the wire's JSON and raise the errors of
``errors``. Ids come with a capital S in ``/Subscriptions/``: compare without case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from .errors import Absent, Conflict, Failed, Forbidden
from .ids import last_segment, quoted, same_id, url_path
from .long_running import OperationFailed, wait_for
from .session import Session

Json = dict[str, Any]

VAULTS_API_VERSION = "2024-04-01"
API_VERSION = "2025-08-01"


def list_vaults(session: Session, subscription_id: str) -> list[Json]:
    """Return the Recovery Services vaults of a subscription."""
    path = f"/subscriptions/{quoted(subscription_id)}/providers/Microsoft.RecoveryServices/vaults"
    doing = f"Listing the Recovery Services vaults of subscription {subscription_id}"
    return session.arm_pages(path, VAULTS_API_VERSION, doing)


def list_container_mappings(session: Session, vault_id: str) -> list[Json]:
    """Return all protection container mappings of a vault, whatever their fabric and container."""
    path = f"{quote(vault_id, safe='/')}/replicationProtectionContainerMappings"
    doing = f"Listing the container mappings of vault {last_segment(vault_id)}"
    return session.arm_pages(path, API_VERSION, doing)


def list_protection_intents(session: Session, vault_id: str) -> list[Json]:
    """Return the protection intents of a vault, by which a policy protects machines (docs/contract.md, 6.2)."""
    path = f"{quote(vault_id, safe='/')}/replicationProtectionIntents"
    doing = f"Listing the protection intents of vault {last_segment(vault_id)}"
    return session.arm_pages(path, API_VERSION, doing)


def list_protected_items(session: Session, vault_id: str) -> list[Json]:
    """Return the machines that a vault protects, with what is known of their agents (docs/contract.md, 6.3)."""
    path = f"{quote(vault_id, safe='/')}/replicationProtectedItems"
    doing = f"Listing the protected items of vault {last_segment(vault_id)}"
    return session.arm_pages(path, API_VERSION, doing)


def get_vault(session: Session, vault_id: str) -> Json:
    """Return a vault. Raises Absent where there is none."""
    doing = f"Reading vault {last_segment(vault_id)}"
    vault: Json = session.arm("GET", url_path(vault_id), VAULTS_API_VERSION, doing).body
    return vault


def get_container_mapping(session: Session, mapping_id: str) -> Json:
    """Return a container mapping. Raises Absent where there is none."""
    doing = f"Reading container mapping {last_segment(mapping_id)}"
    mapping: Json = session.arm("GET", url_path(mapping_id), API_VERSION, doing).body
    return mapping


def update_container_mapping(
    session: Session, mapping_id: str, auto_update: str, account_id: str | None, authentication: str, deadline: float
) -> Json:
    """Write how a mapping of Azure to Azure updates its agents, wait for the operation, and return the mapping.

    All three fields are sent, always: the input replaces what was there, and a missing authentication type means
    RunAsAccount (azure-contracts, section 6). ``deadline`` is in seconds. Raises OperationFailed, with what the vault's
    job says, when the operation fails, and Failed when it does not end in time.
    """
    doing = f"Updating container mapping {last_segment(mapping_id)} of vault {last_segment(_vault_of(mapping_id))}"
    given = {
        "instanceType": "A2A",
        "agentAutoUpdateStatus": auto_update,
        "automationAccountArmId": account_id,
        "automationAccountAuthenticationType": authentication,
    }
    body = {"properties": {"providerSpecificInput": given}}
    answer = session.arm("PATCH", url_path(mapping_id), API_VERSION, doing, json=body)
    try:
        wait_for(session, answer, deadline, doing)
    except OperationFailed as error:
        said = _said_by_job(session, mapping_id, answer.headers.get("x-ms-request-id"), str(error))
        if said is None:
            raise
        raise OperationFailed(f"{error} {said}", status=error.status, code=error.code, detail=error.detail) from None
    return get_container_mapping(session, mapping_id)


def _vault_of(mapping_id: str) -> str:
    return mapping_id[: mapping_id.lower().find("/replicationfabrics/")]


def _said_by_job(session: Session, mapping_id: str, job_id: str | None, known: str) -> str | None:
    """Return the errors of the job that wrote a mapping, as a sentence; None where it says nothing new, or is unread.

    The failure is told in any case, so what keeps the job from being read is not told instead of it.
    """
    try:
        job = _job(session, mapping_id, job_id)
    except (Absent, Forbidden, Conflict, Failed):
        return None
    errors = (job or {}).get("properties", {}).get("errors") or []
    told = [text for error in errors if (text := _error_text(error)) and text not in known]
    return f"The vault's job {(job or {})['name']} says: {' '.join(dict.fromkeys(told))}" if told else None


def _job(session: Session, mapping_id: str, job_id: str | None) -> Json | None:
    """Return the job that an answer names, or else the last one about the mapping (azure-contracts, section 6)."""
    vault_id = _vault_of(mapping_id)
    if job_id and "/replicationjobs/" in job_id.lower() and same_id(job_id.rsplit("/", 2)[0], vault_id):
        named: Json = session.arm("GET", url_path(job_id), API_VERSION, "Reading a job of the vault").body
        return named
    jobs = session.arm_pages(f"{url_path(vault_id)}/replicationJobs", API_VERSION, "Listing the jobs of the vault")
    about = [job for job in jobs if same_id(job["properties"].get("targetObjectId"), mapping_id)]
    return max(about, key=lambda job: str(job["properties"].get("startTime") or ""), default=None)


def _error_text(error: Mapping[str, Any]) -> str:
    """Return one error of a job: what the service says, else the provider, and what either recommends."""
    service = error.get("serviceErrorDetails") or {}
    provider = error.get("providerErrorDetails") or {}
    message = service.get("message") or provider.get("errorMessage")
    advice = service.get("recommendedAction") or provider.get("recommendedAction")
    return " ".join(" ".join(str(part).split()) for part in (message, advice) if part)
