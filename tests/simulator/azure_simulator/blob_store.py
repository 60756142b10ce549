# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The blobs of storage accounts and the leases on them (contract 13.1). Knows nothing of HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field

from azure_simulator.clock import TICKS_PER_SECOND
from azure_simulator.world import Resource, World

ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts"
MOST_BLOCKS = 50_000
LONGEST_BLOCK = 4 * 1024 * 1024
_STATE = "blobs"


class BlobError(Exception):
    """A refusal of the service: status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(slots=True)
class Lease:
    """A lease. ``ends`` is None for one without end; ``broken`` was ended by somebody else."""

    id: str
    seconds: int
    ends: int | None
    broken: bool = False


@dataclass(slots=True)
class Blob:
    """A blob: its type, bytes, metadata (names in lower case), blocks so far, and lease if any."""

    kind: str
    content: bytes = b""
    metadata: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/octet-stream"
    blocks: int = 0
    changed: int = 0
    lease: Lease | None = None


@dataclass(slots=True)
class Container:
    """A container: its name, its scope in Resource Manager, and its blobs."""

    name: str
    scope: str
    blobs: dict[str, Blob] = field(default_factory=dict)


Accounts = dict[str, dict[str, Container]]


def accounts(world: World) -> Accounts:
    """The containers of each storage account, by names."""
    found: Accounts = world.provider_state.setdefault(_STATE, {})
    return found


def add_account(world: World, group_id: str, name: str, location: str, containers: list[str]) -> None:
    """Put a storage account with empty containers into the world."""
    account_id = f"{group_id}/providers/{ACCOUNT_TYPE}/{name}"
    endpoints = {"blob": f"https://{name}.blob.core.invalid/"}
    properties = {"provisioningState": "Succeeded", "primaryEndpoints": endpoints, "supportsHttpsTrafficOnly": True}
    world.add_resource(Resource(account_id, ACCOUNT_TYPE, name, properties, location))
    service = f"{account_id}/blobServices/default/containers"
    accounts(world)[name] = {item: Container(item, f"{service}/{item}") for item in containers}


def put(world: World, container: Container, name: str, blob: Blob, lease_id: str, *, must_be_new: bool) -> Blob:
    """Put Blob: make a blob or replace it, its lease permitting; a lease stays with the name."""
    old = container.blobs.get(name)
    if old is not None:
        if must_be_new:
            raise BlobError(409, "BlobAlreadyExists", "The specified blob already exists.")
        admit_write(world, old, lease_id)
        blob.lease = old.lease
    container.blobs[name] = blob
    blob.changed = world.clock.now()
    return blob


def append(world: World, blob: Blob, block: bytes, lease_id: str, position: int | None) -> int:
    """Append Block: returns the offset at which the block lies."""
    if blob.kind != "AppendBlob":
        raise BlobError(409, "InvalidBlobType", "The blob type is invalid for this operation.")
    if len(block) > LONGEST_BLOCK:
        raise BlobError(413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum limit.")
    admit_write(world, blob, lease_id)
    if position is not None and position != len(blob.content):
        message = "The append position condition specified was not met."
        raise BlobError(412, "AppendPositionConditionNotMet", message)
    if blob.blocks >= MOST_BLOCKS:
        message = "The committed block count cannot exceed the maximum limit of 50,000 blocks."
        raise BlobError(409, "BlockCountExceedsLimit", message)
    offset = len(blob.content)
    blob.content += block
    blob.blocks += 1
    blob.changed = world.clock.now()
    return offset


def lease_state(world: World, blob: Blob) -> str:
    """The state of a lease: available, leased, expired or broken."""
    lease = blob.lease
    if lease is None:
        return "available"
    if lease.broken:
        return "breaking" if lease.ends is not None and lease.ends > world.clock.now() else "broken"
    return "leased" if lease.ends is None or lease.ends > world.clock.now() else "expired"


def admit_write(world: World, blob: Blob, lease_id: str) -> None:
    """What a write to a blob hears of its lease; one without an id ends a lease that has expired."""
    state, lease = lease_state(world, blob), blob.lease
    if state in ("leased", "breaking") and lease is not None:
        if not lease_id:
            message = "There is currently a lease on the blob and no lease ID was specified in the request."
            raise BlobError(412, "LeaseIdMissing", message)
        if lease.id != lease_id:
            message = "The lease ID specified did not match the lease ID for the blob."
            raise BlobError(412, "LeaseIdMismatchWithBlobOperation", message)
        return
    if lease_id:
        if lease is not None and lease.id == lease_id:
            message = "A lease ID was specified, but the lease for the blob has expired."
            raise BlobError(412, "LeaseLost", message)
        message = "There is currently no lease on the blob."
        raise BlobError(412, "LeaseNotPresentWithBlobOperation", message)
    blob.lease = None


def acquire(world: World, blob: Blob, lease_id: str, seconds: int) -> Lease:
    """Take the lease; who holds it with this id takes it again."""
    state, lease = lease_state(world, blob), blob.lease
    if state == "breaking":
        message = "There is already a breaking lease, and can't be acquired."
        raise BlobError(409, "LeaseIsBreakingAndCannotBeAcquired", message)
    if state == "leased" and lease is not None and lease.id != lease_id:
        raise BlobError(409, "LeaseAlreadyPresent", "There is already a lease present.")
    blob.lease = Lease(lease_id, seconds, _end(world, seconds))
    return blob.lease


def renew(world: World, blob: Blob, lease_id: str) -> Lease:
    """Prolong the lease, also one that expired and that nothing has ended since."""
    lease = _own(blob, lease_id)
    if lease.broken:
        message = "The lease ID matched, but the lease has been broken explicitly and cannot be renewed."
        raise BlobError(409, "LeaseIsBrokenAndCannotBeRenewed", message)
    lease.ends = _end(world, lease.seconds)
    return lease


def release(blob: Blob, lease_id: str) -> None:
    """Give the lease back."""
    _own(blob, lease_id)
    blob.lease = None


def break_lease(world: World, blob: Blob, seconds: int) -> int:
    """End the lease of somebody else in so many seconds; returns how many are left."""
    if blob.lease is None:
        raise _no_lease()
    blob.lease.broken = True
    blob.lease.ends = _end(world, seconds)
    return seconds


def _own(blob: Blob, lease_id: str) -> Lease:
    if blob.lease is None:
        raise _no_lease()
    if blob.lease.id != lease_id:
        message = "The lease ID specified did not match the lease ID for the blob."
        raise BlobError(409, "LeaseIdMismatchWithLeaseOperation", message)
    return blob.lease


def _no_lease() -> BlobError:
    return BlobError(409, "LeaseNotPresentWithLeaseOperation", "There is currently no lease on the blob.")


def _end(world: World, seconds: int) -> int | None:
    if seconds < 0:
        return None
    return world.clock.now() + int(seconds * TICKS_PER_SECOND / world.settings.lease_speed)
