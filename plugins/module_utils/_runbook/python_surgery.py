# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide what a Python runbook needs: the edits that free it of its Run As account, or the reasons against them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import python_code, python_edits
from .connections import Kind
from .edits import Span
from .known import known_of
from .python_assets import Fetch, Use, find_assets
from .python_code import Code
from .python_dead import Dead, is_handed_on
from .python_lint import lint
from .python_logins import (
    Flow,
    Gives,
    Login,
    Strange,
    find_logins,
    is_answer_understood,
    literal_resource,
    name_of_login,
)
from .python_names import Names
from .python_source import PythonScript, is_caught, string_value
from .python_subscription import find_look_up, is_public_cloud
from .python_version import Clients, Version, clients_of, version_of
from .report import Report
from .result import RewriteOptions
from .syntax import walk
from .text import Text

if TYPE_CHECKING:
    from tree_sitter import Node

_PINNED = frozenset({"subscriptionid", "tenantid"})
_CLASSIC_PACKAGE = "azure.servicemanagement"
_AZURE_IDENTITY = "azure-identity"
_LOGIN_PACKAGES = frozenset({"adal", "OpenSSL", "msrestazure"})
_DYNAMIC = re.compile(r"eval|exec|execfile|globals|locals|vars")
_ONLY_SUBSCRIPTION = "the only one that the identity sees (an error at run time if there are several)"
_ASSUMED = {
    Clients.TRACK_1: "its Azure clients take a credential with signed_session, and the job ends before the token does",
    Clients.TRACK_2: "its Azure clients take a credential with get_token",
    Clients.UNKNOWN: "its Azure clients take a credential with get_token or with signed_session",
}


class PythonSurgery:
    """The plan for one script: ``spans`` to edit, and the report. Raises MissingPackage."""

    def __init__(self, text: Text, runbook_type: str, options: RewriteOptions) -> None:
        self.script = PythonScript(text)
        self.report = Report(self.script, options.resource)
        self.spans: list[Span] = []
        self._options = options
        self._type = runbook_type
        self._names = Names(self.script)
        self._assets = find_assets(self.script, self._names, options)
        self._flow = Flow(self.script, self._names, self._assets)
        self._dead = Dead(self.script, self._names)
        self._looked_up: set[int] = set()
        lint(self.script, self.report)
        if self.uses_run_as:
            self._plan()

    @property
    def uses_run_as(self) -> bool:
        """Whether the script uses a Run As account, or may do so."""
        suspects = (Kind.RUN_AS, Kind.CLASSIC, Kind.UNKNOWN_NAME)
        fetched = any(fetch.kind in suspects for fetch in self._assets.fetches)
        return fetched or bool(self._assets.run_as_certificates or self._assets.helpers)

    def _plan(self) -> None:
        self._report_foreign()
        self._report_unseen()
        logins = [login for login in find_logins(self.script, self._names, self._flow) if self._is_known_form(login)]
        known = [login for login in logins if isinstance(login, Login)]
        for login in known:
            self._dead.replace(login.value, keep=self._kept_resource(login))
        asset_nodes = [use.node for fetch in self._assets.of(Kind.RUN_AS) for use in fetch.uses]
        asset_nodes += [fetch.call for fetch in self._assets.of(Kind.RUN_AS)]
        self._dead.settle(asset_nodes)
        pinned = self._pin()
        self._dead.settle(asset_nodes)
        looked_up = self._look_up(known)
        self._dead.remove_imports()
        self._report_left_over()
        if self.report.refused:
            return
        coded = [(login, self._code(login)) for login in known]
        self._assemble([*coded, *looked_up], pinned)

    def _report_foreign(self) -> None:
        """Report what has no rewrite at all: Classic, helper packages, unknown names, two connections."""
        for fetch in self._assets.of(Kind.CLASSIC):
            self.report.add("RA442", fetch.call)
        for fetch in self._assets.of(Kind.UNKNOWN_NAME):
            self.report.add("RA410", fetch.call)
        run_as = self._assets.of(Kind.RUN_AS)
        if len({(fetch.name or "").lower() for fetch in run_as}) > 1:
            self.report.add("RA425", run_as[-1].call)
        for variable in self._names.variables:
            for binding in variable.bindings:
                if binding.path.startswith(_CLASSIC_PACKAGE):
                    self.report.add("RA442", binding.node)
        for call in self._assets.helpers:
            self.report.add("RA443", call, function=self.script.text(call.children[0]))

    def _report_unseen(self) -> None:
        """Report what may read names unseen: code made at run time, tables of all variables, backquotes."""
        for call in self.script.nodes("call"):
            if _DYNAMIC.fullmatch(self.script.text(call.children[0])):
                self.report.add("RA440", call)
        for string in self.script.nodes("string"):
            if self.script.text(string).startswith("`"):
                self.report.add("RA440", string)

    def _is_known_form(self, login: Login | Strange) -> bool:
        if isinstance(login, Strange):
            self.report.add("RA440", login.node)
            return False
        strange = is_answer_understood(self.script, self._names, login)
        if strange is not None:
            self.report.add("RA440", strange)
        if not self._is_own_tenant(login):
            name = name_of_login(self.script, login)
            self.report.add("RA415", login.value, command=name, parameter="its authority")
        if login.gives is Gives.CREDENTIAL and version_of(self.script, self._type) is Version.PYTHON_2:
            self.report.add("RA441", login.value, function=name_of_login(self.script, login))
        return True

    def _is_own_tenant(self, login: Login) -> bool:
        if login.authority is None:
            return False
        if "tenantid" in self._flow.fields(login.authority):
            return True
        text = string_value(self.script, self._flow.origin(login.authority))
        tenants = {known_of(fetch.name, self._options).tenant for fetch in self._assets.of(Kind.RUN_AS)}
        return text is not None and any(tenant is not None and tenant.lower() in text.lower() for tenant in tenants)

    def _kept_resource(self, login: Login) -> Node | None:
        return None if literal_resource(self.script, self._flow, login) is not None else login.resource

    def _pin(self) -> dict[int, tuple[Node, str]]:
        """Write the ids that are known from the asset in place of what still reads them."""
        pinned: dict[int, tuple[Node, str]] = {}
        for fetch in self._assets.of(Kind.RUN_AS):
            known = known_of(fetch.name, self._options)
            for use in fetch.uses:
                value = known.pinned(use.field) if use.field is not None and not self._dead.is_gone(use.node) else None
                if value is not None:
                    pinned[use.node.id] = (use.node, value)
                    self.report.add("RA403", use.node, field=self.script.text(use.node), value=value)
        for node, _value in pinned.values():
            self._dead.replace(node)
        return pinned

    def _look_up(self, logins: list[Login]) -> list[tuple[Login, Code]]:
        """Ask Azure for the subscription where its id is not known, or not to be pinned."""
        has_package = self._has_requests() or any(login.gives is Gives.CREDENTIAL for login in logins)
        if not has_package or not is_public_cloud(self.script, self._flow, logins):
            return []
        found = []
        for fetch in self._assets.of(Kind.RUN_AS):
            look_up = find_look_up(self.script, self._names, self._dead, fetch)
            if look_up is not None:
                place, key, reads = look_up
                self._dead.replace(place.value)
                self._looked_up.update(read.id for read in reads)
                self.report.assume("only_subscription", "RA404", fetch.call, field=key, value=_ONLY_SUBSCRIPTION)
                found.append((place, python_code.only_subscription(key, self._options.client_id)))
        return found

    def _has_requests(self) -> bool:
        paths = (binding.path for variable in self._names.variables for binding in variable.bindings)
        return any(path.split(".")[0] == "requests" for path in paths)

    def _report_left_over(self) -> None:
        for fetch in self._assets.of(Kind.RUN_AS):
            before = len(self.report.findings)
            if fetch.reused is not None:
                self.report.add("RA413", fetch.call, variable=fetch.reused.name)
            for use in fetch.uses:
                self._report_use(use)
            if not self._dead.is_gone(fetch.call) and len(self.report.findings) == before:
                self.report.add("RA431" if not fetch.uses else "RA434", fetch.call)
            if fetch.name_parameter is not None:
                self._assume_parameter(fetch)
        for call in self._assets.run_as_certificates:
            if not self._dead.is_gone(call):
                self.report.add("RA422", call)
        self._report_handlers()

    def _report_handlers(self) -> None:
        """A handler for errors of the old login would never run again."""
        for variable in self._names.variables:
            packages = {binding.path.split(".")[0] for binding in variable.bindings}
            for read in variable.reads if packages & _LOGIN_PACKAGES else []:
                if not self._dead.is_gone(read) and is_caught(read):
                    self.report.add("RA440", read)

    def _report_use(self, use: Use) -> None:
        if self._dead.is_gone(use.node) or use.node.id in self._looked_up:
            return
        if use.parameter is not None:
            if is_handed_on(self._names, self.script, use.parameter):
                self.report.add("RA444", use.node, asset=self.script.text(use.node))
        elif use.field is None:
            self.report.add("RA444", use.node, asset=self.script.text(use.node))
        else:
            code = "RA445" if use.field in _PINNED else "RA412"
            self.report.add(code, use.node, field=self.script.text(use.node))

    def _assume_parameter(self, fetch: Fetch) -> None:
        parameter = fetch.name_parameter
        if parameter is not None:
            name = self.script.text(next(n for n in walk(parameter.node) if n.type == "identifier"))
            self.report.assume("connection_parameter", "RA406", parameter.node, variable=name, value=fetch.name)

    def _code(self, login: Login) -> Code:
        client_id = self._options.client_id
        literal = literal_resource(self.script, self._flow, login)
        kept = self.script.text(login.resource) if login.resource is not None else None
        resource = literal or kept or python_code.DEFAULT_RESOURCE
        name = name_of_login(self.script, login)
        self.report.add("RA401", login.value, command=name)
        if login.gives is Gives.CREDENTIAL:
            return self._credential_code(login, resource, name)
        code = python_code.token(resource, client_id, self._has_requests())
        return python_code.answer_like_adal(code) if login.gives is Gives.ANSWER else code

    def _credential_code(self, login: Login, resource: str, name: str) -> Code:
        client_id = self._options.client_id
        clients = clients_of(self.script)
        if version_of(self.script, self._type) is Version.UNKNOWN:
            # Only a credential that runs on both versions suits a runbook that may be either.
            clients = Clients.UNKNOWN
        if clients is Clients.TRACK_1:
            code = python_code.basic_token(resource, client_id)
        elif clients is Clients.TRACK_2 and _AZURE_IDENTITY in (self._options.python_packages or ()):
            code = python_code.azure_identity(client_id)
        else:
            code = python_code.own_credential(resource, client_id, has_session=clients is Clients.UNKNOWN)
        credential = code.expression.partition("(")[0]
        assumption = f"{clients.value}_clients" if clients is not Clients.UNKNOWN else "any_clients"
        self.report.assume(
            assumption, "RA446", login.value, function=name, credential=credential, what=_ASSUMED[clients]
        )
        return code

    def _assemble(self, coded: list[tuple[Login, Code]], pinned: dict[int, tuple[Node, str]]) -> None:
        try:
            fitted = [
                (login, python_edits.fit(self.script, self._names, self._dead, login, code)) for login, code in coded
            ]
            self.spans += python_edits.spans(self.script, self._dead, fitted)
        except python_edits.NoPlace:
            self.report.add("RA440", coded[0][0].statement)
            return
        for node, value in pinned.values():
            self.spans.append(Span(*self.script.span(node), value, "field"))
        for node in self._dead.arguments.values():
            self.spans.append(Span(*self.script.span(node), "None", "argument"))
