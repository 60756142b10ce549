# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the login options."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that log in to Azure; names as users of azure.azcollection know them."""

    DOCUMENTATION = r"""
options:
  auth_source:
    description:
      - Where the login comes from.
      - V(auto) takes a federated token, a certificate or a secret from the options or the environment, in this order,
        and the Azure CLI when there is none.
      - V(env) is V(auto) without the Azure CLI. V(msi) is the managed identity of the machine.
      - Environment variable E(ANSIBLE_AZURE_AUTH_SOURCE).
    type: str
    choices: [auto, cli, env, msi]
  subscription_id:
    description:
      - The subscription of the Automation account.
      - Environment variable E(AZURE_SUBSCRIPTION_ID).
    type: str
  tenant:
    description:
      - The tenant of the service principal that logs in.
      - Environment variables E(AZURE_TENANT) and E(AZURE_TENANT_ID).
    type: str
    aliases: [tenant_id]
  client_id:
    description:
      - The application (client) id that logs in, or the client id of a user-assigned identity with O(auth_source=msi).
      - Environment variable E(AZURE_CLIENT_ID).
    type: str
  secret:
    description:
      - The client secret.
      - Environment variables E(AZURE_SECRET) and E(AZURE_CLIENT_SECRET).
    type: str
  x509_certificate_path:
    description:
      - A PEM or PKCS12 file with certificate and private key, in place of a secret.
      - Environment variables E(AZURE_X509_CERTIFICATE_PATH) and E(AZURE_CLIENT_CERTIFICATE_PATH).
    type: path
  x509_certificate_password:
    description:
      - The password of O(x509_certificate_path).
      - Environment variable E(AZURE_CLIENT_CERTIFICATE_PASSWORD).
    type: str
  oidc_token:
    description:
      - A federated token (workload identity).
      - Environment variable E(AZURE_FEDERATED_TOKEN).
    type: str
  oidc_token_file_path:
    description:
      - A file that holds a federated token (workload identity).
      - Environment variable E(AZURE_FEDERATED_TOKEN_FILE).
    type: path
  cloud_environment:
    description:
      - V(AzureCloud), V(AzureChinaCloud), V(AzureUSGovernment), or the https URL of any Resource Manager endpoint,
        whose C(/metadata/endpoints) is then read.
      - Environment variable E(AZURE_CLOUD_ENVIRONMENT). Without it the public cloud is meant.
    type: str
  authority_url:
    description:
      - The Entra endpoint, where it is not the one of the cloud.
      - Environment variable E(AZURE_AUTHORITY_HOST).
    type: str
    aliases: [adfs_authority_url]
  disable_instance_discovery:
    description:
      - Do not ask the public cloud whether the authority is known. Always so when O(cloud_environment) is a URL.
    type: bool
    default: false
  ca_bundle:
    description:
      - A file of certificate authorities to trust, in place of the machine's. Certificates are always verified.
      - Environment variable E(RUNAS_MIGRATION_CA_BUNDLE). Named there, it is read once for all accounts of a run.
    type: path
  max_parallel:
    description:
      - How many independent requests to Azure may run at once, per account.
    type: int
    default: 4
requirements:
  - python >= 3.10
  - azure-identity >= 1.19
  - azure-core >= 1.31
  - azure-mgmt-core
  - azure-mgmt-automation >= 1.1.0b4
  - azure-mgmt-authorization >= 4.0.0
"""
