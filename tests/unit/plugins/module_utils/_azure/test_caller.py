# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking into tokens: what is no JWT tells nothing, and is no error."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.caller import claims_of


def jwt(payload: bytes) -> str:
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (b"{}", payload, b"signature"))


def test_the_claims_of_a_token_are_read_whatever_their_length() -> None:
    for name in ("a", "ab", "abc", "ü€"):
        assert claims_of(jwt(json.dumps({"oid": name}).encode())) == {"oid": name}


@pytest.mark.parametrize(
    "token", ["", "opaque", "a.b", "a.b.c.d", "a.!!.c", jwt(b"not json"), jwt(b"[1]"), jwt(b"\xff\xfe"), "a.Ü.c"]
)
def test_any_other_token_tells_nothing(token: str) -> None:
    assert claims_of(token) is None
