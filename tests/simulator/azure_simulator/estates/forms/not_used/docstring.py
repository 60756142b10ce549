"""Replaces automationassets.get_automation_connection("AzureRunAsConnection"), task __NUMBER__."""
# conn = automationassets.get_automation_connection("AzureRunAsConnection")
import os
from azure.identity import ManagedIdentityCredential

AzureRunAsConnection = None
print("no AzureRunAsConnection, no AzureRunAsCertificate", AzureRunAsConnection)
if "IDENTITY_ENDPOINT" in os.environ:
    print(ManagedIdentityCredential().get_token("https://management.azure.com/.default").expires_on)
