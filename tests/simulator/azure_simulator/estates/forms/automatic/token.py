import automationassets
import requests


def log_in(conn):
    from OpenSSL import crypto
    import adal
    pfx = crypto.load_pkcs12(automationassets.get_automation_certificate("__CERTIFICATE__"))
    key = crypto.dump_privatekey(crypto.FILETYPE_PEM, pfx.get_privatekey())
    login = adal.AuthenticationContext("https://login.microsoftonline.com/" + conn["TenantId"])
    answer = login.acquire_token_with_client_certificate(
        "https://management.azure.com/", conn["ApplicationId"], key, conn["CertificateThumbprint"])
    return answer["accessToken"]


token = log_in(automationassets.get_automation_connection("__CONNECTION__"))
print(requests.get("https://management.azure.com/subscriptions?api-version=2020-01-01&task=__NUMBER__",
                   headers={"Authorization": "Bearer " + token}).json())
