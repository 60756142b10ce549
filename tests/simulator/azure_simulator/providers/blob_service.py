# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Blob service, a listener of its own: ``/{account}/{container}/{blob}`` (contract 13.1)."""

from __future__ import annotations

import codecs
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any
from xml.sax.saxutils import escape

from azure_simulator import blob_store, errors, rbac
from azure_simulator.blob_store import Blob, BlobError, Container
from azure_simulator.clock import from_datetime, graph_text, to_datetime
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response
from azure_simulator.world import World, new_id

_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/"
_DEEPEST = 8
_META = "x-ms-meta-"


def register(routes: Routes) -> None:
    """Add the routes; names of blobs hold slashes, so there is one template per depth."""
    routes.add("blob", "GET", "/{account}/{container}", _answered(_list))
    for depth in range(1, _DEEPEST + 1):
        template = "/{account}/{container}" + "".join(f"/{{part{number}}}" for number in range(depth))
        routes.add("blob", "GET", template, _answered(_get))
        routes.add("blob", "HEAD", template, _answered(_get), mutates=False)
        routes.add("blob", "PUT", template, _answered(_put))
        routes.add("blob", "DELETE", template, _answered(_delete))


def dump(world: World) -> dict[str, Any]:
    """Every blob by account, container and name: type, size, metadata and state of its lease; no content."""
    shown = {
        f"{account}/{container.name}/{name}": {
            "type": blob.kind,
            "size": len(blob.content),
            "blocks": blob.blocks,
            "metadata": dict(blob.metadata),
            "lease": blob_store.lease_state(world, blob),
        }
        for account, containers in blob_store.accounts(world).items()
        for container in containers.values()
        for name, blob in container.blobs.items()
    }
    return {"blobs": shown} if shown else {}


def refused(status: int, code: str, message: str) -> errors.Refusal:
    """An error of this service: the code is a header too, the XML begins with a byte order mark."""
    refusal = errors.Refusal(status, None)
    said = f"{message}\nRequestId:{new_id()}\nTime:{graph_text(from_datetime(datetime.now(timezone.utc)))}"
    text = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{escape(said)}</Message></Error>'
    refusal.body, refusal.content_type = codecs.BOM_UTF8 + text.encode(), "application/xml"
    refusal.headers["x-ms-error-code"] = code
    return refusal


def _answered(handler: Callable[[Call], Response]) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        if not call.header("x-ms-version"):
            raise refused(400, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is missing.")
        try:
            response = handler(call)
        except BlobError as error:
            raise refused(error.status, error.code, error.message) from None
        response.headers |= {"x-ms-version": call.header("x-ms-version"), "x-ms-request-id": new_id()}
        return response

    return answer


def _get(call: Call) -> Response:
    blob = _blob(call, "read")
    headers = {**_properties(call, blob), **{_META + name: value for name, value in blob.metadata.items()}}
    asked = call.header("x-ms-range") or call.header("range")
    if not asked:
        return Response(200, blob.content, blob.content_type, headers)
    first, _, last = asked.removeprefix("bytes=").partition("-")
    content = blob.content[int(first) : int(last) + 1 if last else None]
    if not content:
        message = "The range specified is invalid for the current size of the resource."
        raise BlobError(416, "InvalidRange", message)
    headers["content-range"] = f"bytes {first}-{int(first) + len(content) - 1}/{len(blob.content)}"
    return Response(206, content, blob.content_type, headers)


def _put(call: Call) -> Response:
    what = call.query.get("comp", "")
    if what == "appendblock":
        return _append(call)
    if what == "lease":
        return _lease(call)
    if what == "metadata":
        blob = _blob(call, "write")
        blob_store.admit_write(call.world, blob, call.header("x-ms-lease-id"))
        blob.metadata, blob.changed = _metadata(call), call.world.clock.now()
        return Response(200, headers=_stamps(blob))
    if what:
        raise BlobError(400, "InvalidQueryParameterValue", "Value for one of the query parameters is invalid.")
    return _put_blob(call)


def _put_blob(call: Call) -> Response:
    container, name = _container(call, "write", "add/action"), _name(call)
    if name in container.blobs:
        _container(call, "write")
    kind = call.header("x-ms-blob-type")
    if kind not in ("BlockBlob", "AppendBlob") or (kind == "AppendBlob" and call.body):
        raise BlobError(
            400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format."
        )
    blob = Blob(kind, call.body, _metadata(call), call.header("x-ms-blob-content-type") or "application/octet-stream")
    must_be_new = call.header("if-none-match") == "*"
    made = blob_store.put(call.world, container, name, blob, call.header("x-ms-lease-id"), must_be_new=must_be_new)
    return Response(201, headers=_stamps(made))


def _append(call: Call) -> Response:
    blob = _blob(call, "write", "add/action")
    if not call.body:
        raise BlobError(
            400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format."
        )
    position = call.header("x-ms-blob-condition-appendpos")
    where = int(position) if position else None
    offset = blob_store.append(call.world, blob, call.body, call.header("x-ms-lease-id"), where)
    added = {"x-ms-blob-append-offset": str(offset), "x-ms-blob-committed-block-count": str(blob.blocks)}
    return Response(201, headers={**_stamps(blob), **added})


def _lease(call: Call) -> Response:
    blob, world, action = _blob(call, "write"), call.world, call.header("x-ms-lease-action")
    lease_id = call.header("x-ms-lease-id")
    if action == "acquire":
        lease = blob_store.acquire(world, blob, _proposed(call), _duration(call))
        return Response(201, headers={**_stamps(blob), "x-ms-lease-id": lease.id})
    if action == "renew":
        blob_store.renew(world, blob, lease_id)
        return Response(200, headers={**_stamps(blob), "x-ms-lease-id": lease_id})
    if action == "release":
        blob_store.release(blob, lease_id)
        return Response(200, headers=_stamps(blob))
    if action == "break":
        left = blob_store.break_lease(world, blob, int(call.header("x-ms-lease-break-period") or 0))
        return Response(202, headers={**_stamps(blob), "x-ms-lease-time": str(left)})
    raise BlobError(400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.")


def _proposed(call: Call) -> str:
    try:
        return str(uuid.UUID(call.header("x-ms-proposed-lease-id") or new_id()))
    except ValueError:
        raise BlobError(400, "InvalidHeaderValue", "The proposed lease id is no guid.") from None


def _duration(call: Call) -> int:
    seconds = int(call.header("x-ms-lease-duration") or 0)
    if seconds != -1 and not 15 <= seconds <= 60:
        raise BlobError(
            400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format."
        )
    return seconds


def _delete(call: Call) -> Response:
    blob = _blob(call, "delete")
    blob_store.admit_write(call.world, blob, call.header("x-ms-lease-id"))
    del _container(call, "delete").blobs[_name(call)]
    return Response(202)


def _list(call: Call) -> Response:
    container = _container(call, "read")
    names = [name for name in sorted(container.blobs) if name.startswith(call.query.get("prefix", ""))]
    items = "".join(_item(call, name, container.blobs[name]) for name in names)
    about = f'ServiceEndpoint="{call.base_url}/{call.params["account"]}/" ContainerName="{container.name}"'
    listed = f"<EnumerationResults {about}><Blobs>{items}</Blobs><NextMarker /></EnumerationResults>"
    text = f'<?xml version="1.0" encoding="utf-8"?>{listed}'
    return Response(200, codecs.BOM_UTF8 + text.encode(), "application/xml")


def _item(call: Call, name: str, blob: Blob) -> str:
    shown = _properties(call, blob)
    properties = {
        "Last-Modified": shown["last-modified"],
        "Etag": shown["etag"].strip('"'),
        "Content-Length": str(len(blob.content)),
        "Content-Type": blob.content_type,
        "BlobType": blob.kind,
        "LeaseStatus": shown["x-ms-lease-status"],
        "LeaseState": shown["x-ms-lease-state"],
    }
    inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in properties.items())
    return f"<Blob><Name>{escape(name)}</Name><Properties>{inner}</Properties></Blob>"


def _container(call: Call, *actions: str) -> Container:
    """The container, if the caller has one of the data actions there."""
    containers = blob_store.accounts(call.world).get(call.params["account"], {})
    found = containers.get(call.params["container"])
    scope = found.scope if found is not None else _scope_of_account(call)
    if not any(rbac.authorize_data(call.world, call.who, _BLOBS + action, scope) for action in actions):
        message = "This request is not authorized to perform this operation using this permission."
        raise BlobError(403, "AuthorizationPermissionMismatch", message)
    if found is None:
        raise BlobError(404, "ContainerNotFound", "The specified container does not exist.")
    return found


def _scope_of_account(call: Call) -> str:
    named = call.params["account"].lower()
    resources = call.world.resources_of_type(blob_store.ACCOUNT_TYPE)
    return next((item.id for item in resources if item.name.lower() == named), "/")


def _blob(call: Call, *actions: str) -> Blob:
    blob = _container(call, *actions).blobs.get(_name(call))
    if blob is None:
        raise BlobError(404, "BlobNotFound", "The specified blob does not exist.")
    return blob


def _name(call: Call) -> str:
    return call.path.split("/", 3)[3]


def _metadata(call: Call) -> dict[str, str]:
    return dict(_pairs(call))


def _pairs(call: Call) -> Iterator[tuple[str, str]]:
    for raw, value in call.headers.items():
        name = raw.decode("latin-1").lower()
        if name.startswith(_META):
            yield name[len(_META) :], value.decode("latin-1")


def _stamps(blob: Blob) -> dict[str, str]:
    modified = to_datetime(blob.changed).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return {"etag": f'"0x{blob.changed:X}"', "last-modified": modified}


def _properties(call: Call, blob: Blob) -> dict[str, str]:
    state = blob_store.lease_state(call.world, blob)
    shown = {
        **_stamps(blob),
        "x-ms-blob-type": blob.kind,
        "x-ms-lease-state": state,
        "x-ms-lease-status": "locked" if state in ("leased", "breaking") else "unlocked",
    }
    return {**shown, "x-ms-blob-committed-block-count": str(blob.blocks)} if blob.kind == "AppendBlob" else shown
