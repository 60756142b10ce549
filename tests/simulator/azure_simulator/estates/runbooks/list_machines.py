"""Lists the virtual machines of the subscription, through the Run As account."""
import automationassets
import requests


def get_automation_runas_token(runas_connection):
    """Return an access token of the Run As account."""
    from OpenSSL import crypto
    import adal

    certificate = automationassets.get_automation_certificate("AzureRunAsCertificate")
    pks12 = crypto.load_pkcs12(certificate)
    pem = crypto.dump_privatekey(crypto.FILETYPE_PEM, pks12.get_privatekey())
    context = adal.AuthenticationContext("https://login.microsoftonline.com/" + runas_connection["TenantId"])
    token = context.acquire_token_with_client_certificate(
        "https://management.core.windows.net/",
        runas_connection["ApplicationId"],
        pem,
        runas_connection["CertificateThumbprint"],
    )
    return token["accessToken"]


connection = automationassets.get_automation_connection("AzureRunAsConnection")
access_token = get_automation_runas_token(connection)
answer = requests.get(
    "https://management.azure.com/subscriptions/" + str(connection["SubscriptionId"])
    + "/providers/Microsoft.Compute/virtualMachines?api-version=2021-03-01",
    headers={"Authorization": "Bearer " + access_token},
)
for machine in answer.json().get("value", []):
    print(machine["name"])
