# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0 (contract 5), over TLS."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from azure.core.exceptions import ClientAuthenticationError

from azure_simulator import entra, rbac
from azure_simulator.testing import Answer, Azure
from azure_simulator.testing_demo import account, demo_world, directory_object, graph, resource_manager
from azure_simulator.world import World


@pytest.fixture
def azure(start: Callable[[World], Azure]) -> Azure:
    return start(demo_world())


def application(azure: Azure) -> str:
    return directory_object(azure, "application", "contoso-operations").id


def principal(azure: Azure) -> str:
    return directory_object(azure, "servicePrincipal", "contoso-operations").id


# --- finding --------------------------------------------------------------


def test_an_application_is_found_by_filter_alternate_key_and_id(azure: Azure) -> None:
    app_id = directory_object(azure, "application", "contoso-operations").data["appId"]
    found = graph(azure, "GET", f"/applications?$filter=appId eq '{app_id}'")
    assert found.json["@odata.context"].endswith("/v1.0/$metadata#applications")
    by_key = graph(azure, "GET", f"/applications(appId='{app_id}')").json
    by_id = graph(azure, "GET", f"/applications/{application(azure)}").json
    assert [item["id"] for item in found.json["value"]] == [by_key["id"]] == [by_id["id"]]
    assert by_id["@odata.context"].endswith("#applications/$entity")
    assert found.headers["Content-Type"].startswith("application/json;odata.metadata=minimal")


def test_what_is_not_there_is_an_empty_list_or_404(azure: Azure) -> None:
    nobody = "99999999-9999-4999-8999-999999999999"
    assert graph(azure, "GET", f"/applications?$filter=appId eq '{nobody}'").json["value"] == []
    for path in (f"/applications/{nobody}", f"/servicePrincipals(appId='{nobody}')"):
        answer = graph(azure, "GET", path)
        assert answer.status == 404
        error = answer.json["error"]
        assert error["code"] == "Request_ResourceNotFound"
        assert error["message"].startswith(f"Resource '{nobody}' does not exist")
        assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}


def test_a_service_principal_is_found_by_one_of_its_names(azure: Azure) -> None:
    app_id = directory_object(azure, "application", "contoso-operations").data["appId"]
    answer = graph(azure, "GET", f"/servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '{app_id}')")
    assert [item["id"] for item in answer.json["value"]] == [principal(azure)]


def test_a_service_principal_is_found_by_the_beginning_of_its_name(azure: Azure) -> None:
    found = graph(azure, "GET", "/servicePrincipals?$filter=startswith(displayName,'id-')").json["value"]
    assert [item["displayName"] for item in found] == ["id-reporting", "id-scaling"]


def test_service_principals_are_found_by_some_of_their_ids(azure: Azure) -> None:
    nobody = "99999999-9999-4999-8999-{:012}"

    def found(count: int) -> Answer:
        ids = [principal(azure).upper(), *(nobody.format(number) for number in range(1, count))]
        listed = ", ".join(f"'{one}'" for one in ids)
        return graph(azure, "GET", f"/servicePrincipals?$filter=id in ({listed})&$select=id,appId")

    app_id = directory_object(azure, "application", "contoso-operations").data["appId"]
    assert found(15).json["value"] == [{"id": principal(azure), "appId": app_id}]
    assert (found(16).status, found(16).json["error"]["code"]) == (400, "Request_UnsupportedQuery")


def test_a_filter_that_nobody_knows_is_refused(azure: Azure) -> None:
    answer = graph(azure, "GET", "/applications?$filter=colour eq 'red'")
    assert (answer.status, answer.json["error"]["code"]) == (400, "Request_UnsupportedQuery")


def test_pages_are_linked_by_whole_urls(azure: Azure) -> None:
    seen, pages = [], 0
    path = "/servicePrincipals?$top=5&$select=id"
    while path:
        answer = graph(azure, "GET", path).json
        seen += [item["id"] for item in answer["value"]]
        path, pages = answer.get("@odata.nextLink", ""), pages + 1
    expected = [obj.id for obj in azure.world.objects.values() if obj.kind == "servicePrincipal"]
    assert sorted(seen) == sorted(expected)
    assert pages == -(-len(expected) // 5)


# --- credentials ----------------------------------------------------------


def test_a_certificate_is_known_by_its_thumbprint_as_text(azure: Azure) -> None:
    connection = account(azure, "aa-roles").connections["azurerunasconnection"]
    thumbprint = connection.properties["fieldDefinitionValues"]["CertificateThumbprint"]
    shown = graph(azure, "GET", f"/applications/{application(azure)}").json
    assert [item["customKeyIdentifier"] for item in shown["keyCredentials"]] == [thumbprint]
    assert shown["keyCredentials"][0]["key"] is None
    assert graph(azure, "GET", f"/servicePrincipals/{principal(azure)}").json["keyCredentials"] == []


def test_the_certificate_itself_only_when_selected_on_one_object(azure: Azure) -> None:
    one = graph(azure, "GET", f"/applications/{application(azure)}?$select=keyCredentials").json
    many = graph(azure, "GET", "/applications?$select=keyCredentials").json["value"]
    certificate = base64.b64decode(one["keyCredentials"][0]["key"])
    assert entra.thumbprint_of(certificate) == one["keyCredentials"][0]["customKeyIdentifier"]
    assert all(key["key"] is None for item in many for key in item["keyCredentials"])


def test_patch_replaces_all_certificates(azure: Azure) -> None:
    path = f"/applications/{application(azure)}"
    kept = graph(azure, "GET", path).json["keyCredentials"][0]
    added = {"key": base64.b64encode(b"FAKE other").decode(), "type": "AsymmetricX509Cert", "usage": "Verify"}
    assert graph(azure, "PATCH", path, {"keyCredentials": [kept, added]}).status == 204
    both = graph(azure, "GET", path).json["keyCredentials"]
    assert [item["customKeyIdentifier"] for item in both] == [
        kept["customKeyIdentifier"],
        entra.thumbprint_of(b"FAKE other"),
    ]
    graph(azure, "PATCH", path, {"keyCredentials": [both[0]]})
    one = graph(azure, "GET", f"{path}?$select=keyCredentials").json["keyCredentials"]
    assert [item["keyId"] for item in one] == [kept["keyId"]]
    assert one[0]["key"]


def test_a_secret_is_told_once(azure: Azure) -> None:
    path = f"/applications/{application(azure)}"
    made = graph(azure, "POST", f"{path}/addPassword", {"passwordCredential": {"displayName": "test"}}).json
    assert made["secretText"]
    shown = graph(azure, "GET", path).json["passwordCredentials"]
    assert [(item["keyId"], item["secretText"]) for item in shown] == [(made["keyId"], None)]
    assert graph(azure, "POST", f"{path}/removePassword", {"keyId": made["keyId"]}).status == 204
    assert graph(azure, "GET", path).json["passwordCredentials"] == []


# --- disabling, deleting, restoring ---------------------------------------


def test_a_disabled_service_principal_cannot_log_in(azure: Azure) -> None:
    reader = azure.world.logins["reader"].object_id
    azure.token("reader")
    assert graph(azure, "PATCH", f"/servicePrincipals/{reader}", {"accountEnabled": False}).status == 204
    assert graph(azure, "GET", f"/servicePrincipals/{reader}").json["accountEnabled"] is False
    with pytest.raises(ClientAuthenticationError):
        azure.token("reader")
    assert graph(azure, "PATCH", f"/servicePrincipals/{reader}", {"accountEnabled": True}).status == 204
    assert azure.token("reader")


def test_deleting_an_application_takes_its_service_principal_along(azure: Azure) -> None:
    app, sp = application(azure), principal(azure)
    assert graph(azure, "DELETE", f"/applications/{app}").status == 204
    for path in (f"/applications/{app}", f"/servicePrincipals/{sp}"):
        assert graph(azure, "GET", path).status == 404
    deleted = graph(azure, "GET", "/directory/deletedItems/microsoft.graph.application").json["value"]
    assert [(item["id"], bool(item["deletedDateTime"])) for item in deleted] == [(app, True)]
    shown = graph(azure, "GET", f"/directory/deletedItems/{sp}").json
    assert shown["@odata.type"] == "#microsoft.graph.servicePrincipal"


def test_each_deleted_object_is_restored_on_its_own_under_its_old_id(azure: Azure) -> None:
    app, sp = application(azure), principal(azure)
    graph(azure, "DELETE", f"/applications/{app}")
    assert graph(azure, "POST", f"/directory/deletedItems/{app}/restore").status == 200
    assert graph(azure, "GET", f"/applications/{app}").json["deletedDateTime"] is None
    assert graph(azure, "GET", f"/servicePrincipals/{sp}").status == 404
    assert graph(azure, "POST", f"/directory/deletedItems/{sp}/restore").status == 200
    assert graph(azure, "GET", f"/servicePrincipals/{sp}").status == 200


def test_a_service_principal_is_not_restored_without_its_application(azure: Azure) -> None:
    app, sp = application(azure), principal(azure)
    graph(azure, "DELETE", f"/applications/{app}")
    assert graph(azure, "POST", f"/directory/deletedItems/{sp}/restore").status == 400
    graph(azure, "DELETE", f"/directory/deletedItems/{app}")
    assert graph(azure, "GET", f"/directory/deletedItems/{sp}").status == 200


def test_a_service_principal_is_not_restored_beside_another_one(azure: Azure) -> None:
    app_id = directory_object(azure, "application", "contoso-operations").data["appId"]
    sp = principal(azure)
    graph(azure, "DELETE", f"/servicePrincipals/{sp}")
    graph(azure, "POST", "/servicePrincipals", {"appId": app_id})
    refused = graph(azure, "POST", f"/directory/deletedItems/{sp}/restore")
    assert (refused.status, refused.json["error"]["code"]) == (409, "Request_MultipleObjectsWithSameKeyValue")


def test_a_deleted_service_principal_is_found_by_the_id_of_its_application(azure: Azure) -> None:
    app_id = directory_object(azure, "application", "contoso-operations").data["appId"]
    path = f"/directory/deletedItems/microsoft.graph.servicePrincipal?$filter=appId eq '{app_id}'"
    assert graph(azure, "GET", path).json["value"] == []
    first = principal(azure)
    graph(azure, "DELETE", f"/servicePrincipals/{first}")
    second = graph(azure, "POST", "/servicePrincipals", {"appId": app_id}).json["id"]
    graph(azure, "DELETE", f"/servicePrincipals/{second}")
    assert {item["id"] for item in graph(azure, "GET", path).json["value"]} == {first, second}


def test_the_role_assignments_of_a_deleted_service_principal_stay(azure: Azure) -> None:
    before = rbac.of_principal(azure.world, principal(azure))
    old = principal(azure)
    graph(azure, "DELETE", f"/servicePrincipals/{old}")
    assert rbac.of_principal(azure.world, old) == before != []


def test_what_is_purged_cannot_be_restored(azure: Azure) -> None:
    app = application(azure)
    graph(azure, "DELETE", f"/applications/{app}")
    assert graph(azure, "DELETE", f"/directory/deletedItems/{app}").status == 204
    assert graph(azure, "POST", f"/directory/deletedItems/{app}/restore").status == 404


# --- managed identities ---------------------------------------------------


def test_a_managed_identity_has_a_service_principal_and_no_application(azure: Azure) -> None:
    shown = graph(azure, "GET", f"/servicePrincipals/{account(azure, 'aa-done').system_principal_id}").json
    assert shown["servicePrincipalType"] == "ManagedIdentity"
    assert shown["alternativeNames"][0] == "isExplicit=False"
    assert "/resourcegroups/" in shown["alternativeNames"][1]
    assert graph(azure, "GET", f"/applications(appId='{shown['appId']}')").status == 404


def test_a_fresh_identity_is_found_by_its_principal_id(azure: Azure) -> None:
    body = {"identity": {"type": "SystemAssigned"}}
    answer = resource_manager(azure, "PATCH", account(azure, "aa-plain").id, body, version="2022-08-08").json
    found = graph(azure, "GET", f"/servicePrincipals/{answer['identity']['principalId']}").json
    assert found["displayName"] == "aa-plain"


# --- app roles, groups, objects by id -------------------------------------


def test_app_roles_are_given_and_taken(azure: Azure) -> None:
    resource = directory_object(azure, "servicePrincipal", "Microsoft Graph").id
    role = entra.GRAPH_APP_ROLES["User.Read.All"]
    path = f"/servicePrincipals/{principal(azure)}/appRoleAssignments"
    body = {"principalId": principal(azure), "resourceId": resource, "appRoleId": role}
    made = graph(azure, "POST", path, body)
    assert made.status == 201
    assert [item["id"] for item in graph(azure, "GET", path).json["value"]] == [made.json["id"]]
    again = graph(azure, "POST", path, body)
    assert (again.status, again.json["error"]["code"]) == (400, "Request_BadRequest")
    held = graph(azure, "GET", f"/servicePrincipals/{resource}/appRoleAssignedTo").json["value"]
    assert made.json["id"] in [item["id"] for item in held]
    assert graph(azure, "DELETE", f"{path}/{made.json['id']}").status == 204
    assert graph(azure, "GET", path).json["value"] == []


def test_groups_of_a_service_principal(azure: Azure) -> None:
    found = graph(azure, "GET", f"/servicePrincipals/{principal(azure)}/transitiveMemberOf").json["value"]
    assert [(item["@odata.type"], item["displayName"]) for item in found] == [
        ("#microsoft.graph.group", "automation-operators")
    ]


def test_objects_by_id_as_the_az_command_line_asks_for_them(azure: Azure) -> None:
    group = directory_object(azure, "group", "automation-operators").id
    ids = [principal(azure), group, "99999999-9999-4999-8999-999999999999"]
    types = ["user", "group", "servicePrincipal", "directoryObjectPartnerReference"]
    found = graph(azure, "POST", "/directoryObjects/getByIds", {"ids": ids, "types": types}).json["value"]
    assert {item["@odata.type"] for item in found} == {"#microsoft.graph.servicePrincipal", "#microsoft.graph.group"}
    log = azure.control("GET", "/requests").json
    entries = log["requests"] if isinstance(log, dict) else log
    assert [entry["mutating"] for entry in entries if "getByIds" in entry["path"]] == [False]


def test_a_thousand_ids_are_answered_at_once_and_more_are_refused(azure: Azure) -> None:
    azure.set(graph_page_size=2)
    kinds = ("group", "servicePrincipal")
    ids = [item.id for item in azure.world.objects.values() if item.kind in kinds]
    assert len(ids) > 2
    nobody = [f"00000000-0000-4000-8000-{number:012}" for number in range(1000 - len(ids))]
    answer = graph(azure, "POST", "/directoryObjects/getByIds", {"ids": [*nobody, *ids], "types": list(kinds)})
    assert len(answer.json["value"]) == len(ids)
    assert "@odata.nextLink" not in answer.json
    assert graph(azure, "POST", "/directoryObjects/getByIds", {"ids": [*nobody, *ids, "one"]}).status == 400


def test_the_organization(azure: Azure) -> None:
    found = graph(azure, "GET", "/organization").json["value"]
    assert [item["id"] for item in found] == [azure.endpoint["logins"]["migration"]["tenant"]]


# --- rights ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "read", "write"), [("migration", 200, 204), ("reader", 200, 403), ("blind", 403, 403)]
)
def test_rights_in_the_directory(azure: Azure, login: str, read: int, write: int) -> None:
    path = f"/servicePrincipals/{principal(azure)}"
    assert graph(azure, "GET", path, login=login).status == read
    refused = graph(azure, "PATCH", path, {"accountEnabled": True}, login=login)
    assert refused.status == write
    if write == 403:
        assert refused.json["error"]["code"] == "Authorization_RequestDenied"
        assert refused.json["error"]["message"] == "Insufficient privileges to complete the operation."
