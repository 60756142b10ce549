# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inventory of Automation accounts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: automation_accounts
short_description: Inventory of Azure Automation accounts
version_added: 1.0.0
description:
  - Makes a host of each Azure Automation account that the login can read, with the variables that the modules and
    roles of this collection take.
  - Reads only. Nothing is enabled first, and no request changes anything.
  - The name of the inventory file ends in C(automation_accounts.yml) or C(automation_accounts.yaml).
  - A subscription that cannot be read fails the inventory, unless O(allow_partial=true). Ansible only warns of an
    inventory that failed, and goes on without it; set C(any_unparsed_is_failed = true) in the section C([inventory])
    of C(ansible.cfg), or E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED), to end the run. AWX ends the update by itself.
  - A host is called as its account. Where several of all accounts in scope have the same name, whatever the filters,
    each of them is called C(<name>_<hash>), with the first 8 hexadecimal digits of the SHA-256 of its lower-cased
    resource id.
  - What comes from Azure (names, tags) is never run as a template.
author:
  - The azauto.runas_migration authors (@azauto)
options:
  plugin:
    description: Marks the file as one of this plugin.
    type: str
    required: true
    choices: [azauto.runas_migration.automation_accounts]
  subscription_id:
    description:
      - One subscription, by its id or name, as in O(subscriptions).
      - Here E(AZURE_SUBSCRIPTION_ID) does not count. Credentials of AWX always set it, and would hide all others.
    type: str
  subscriptions:
    description:
      - The subscriptions to look into, by id or name. Together with O(management_groups), what either names.
      - Without both, every subscription that the login can see.
    type: list
    elements: str
    default: []
  management_groups:
    description: Management groups, by name. Every subscription below them is looked into, at any depth.
    type: list
    elements: str
    default: []
  resource_groups:
    description: Only accounts in these resource groups.
    type: list
    elements: str
    default: []
  tags:
    description:
      - Only accounts that have all of these tags. Names are compared without case, values with it.
      - A dict of names with a value each, with a list of values of which one is to match, or with null for any value.
      - Or a list of V(name) and V(name:value).
    type: raw
  host_filters:
    description:
      - Jinja conditions on the host variables and C(tags), the tags of the account. With any given, only accounts for
        which at least one is true are kept.
      - What is no expression at all is an error. One that cannot be evaluated for an account, such as for a tag that
        it lacks, counts as not true with a warning, or is an error with O(strict=true).
    type: list
    elements: str
    default: []
  exclude_host_filters:
    description: As O(host_filters), but accounts for which any is true are left out. It beats O(host_filters).
    type: list
    elements: str
    default: []
  hostnames:
    description:
      - Jinja expressions for the host name, in order. The first that gives a text is taken, else the name of the
        account.
      - They see the variables that the list gives, so neither C(identity) nor those of an assessment.
      - Where several accounts get the same, each of them gets the hash described above.
    type: list
    elements: str
    default: []
  source:
    description:
      - V(list) asks Resource Manager for one list for each subscription.
      - V(resource_graph) asks Azure Resource Graph, one query for up to 1,000 subscriptions and accounts. It lags by
        minutes, so that new accounts may be missing and deleted ones be there. It leaves out what the login may not
        read without a word, so O(allow_partial=false) cannot protect from that.
    type: str
    choices: [list, resource_graph]
    default: list
  read_identity:
    description:
      - Read the identity of each account, for the variable C(identity) and the groups C(identity_...).
      - Lists of accounts do not tell it truly, so this is one request for each account. Azure allows 250 reads at
        once and 25 more each second in a subscription.
    type: bool
    default: false
  assess:
    description:
      - Assess each account, for the variables C(runas_state), C(runas_status), C(runas_findings) and their groups.
      - It takes many requests for each account. With O(assessments) and without this, what was kept earlier is used
        instead.
    type: bool
    default: false
  assess_scope:
    description: The parts of an assessment to make. The less, the faster; a state needs all of them to be certain.
    type: list
    elements: str
    choices: [hybrid, modules, run_as, access, runbooks, usage, dependants, other_accounts, preflight]
    default: [hybrid, modules, run_as, access, runbooks, usage, dependants, other_accounts, preflight]
  assessments:
    description:
      - A folder of kept assessments. Accounts that have one there get the variables and groups of O(assess) from it,
        without any request. The others get none.
      - Not used with O(assess=true).
    type: path
  ledger:
    description:
      - The folder of the ledgers, from which an assessment tells accounts in progress, migrated or drifted; or the URL
        of a blob container.
      - Environment variable E(RUNAS_MIGRATION_LEDGER).
    type: path
  allow_partial:
    description:
      - Make the inventory of what can be read, with a warning for each thing that cannot be, in place of failing.
    type: bool
    default: false
  default_groups:
    description:
      - Make the groups C(region_...), C(subscription_...) and, where it was read, C(identity_...), C(state_...) and
        C(run_as_...).
    type: bool
    default: true
  group:
    description: A group of all accounts; an empty text for none.
    type: str
    default: automation_accounts
  max_parallel:
    description: How many independent requests to Azure may run at once.
    type: int
    default: 4
extends_documentation_fragment:
  - azauto.runas_migration.azure
  - constructed
  - inventory_cache
seealso:
  - module: azauto.runas_migration.enable_identity
"""

EXAMPLES = r"""
# automation_accounts.yml
# The first line alone lists all accounts that the login can see.
plugin: azauto.runas_migration.automation_accounts

# Two subscriptions, and all below a management group.
subscriptions: [production, 3fa85f64-5717-4562-b3fc-2c963f66afa6]
management_groups: [mg-workloads]

# Of these only production, without the lab.
tags:
  environment: [prod, production]
exclude_host_filters:
  - automation_account_name.endswith('-lab')

# The login, where it is not in the environment.
tenant: "{{ azure_tenant }}"
client_id: "{{ azure_client_id }}"
secret: "{{ lookup('ansible.builtin.file', '/run/secrets/azure') }}"

# Groups and variables beside those there are.
keyed_groups:
  - key: tags.team | default('nobody')
    prefix: team
groups:
  europe: "'europe' in location"
compose:
  owner: tags.owner | default('unknown')

# Assessed once, and then from the cache for six hours.
assess: true
assess_scope: [run_as, runbooks]
ledger: /srv/runas/ledger
cache: true
cache_plugin: jsonfile
cache_connection: /var/cache/ansible/automation_accounts
cache_timeout: 21600
"""

import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ..module_utils._arguments import LOGIN, flat, with_environment
from ..module_utils._azure.errors import AzureError
from ..module_utils._ledger import LedgerError, is_url
from ..module_utils._migration import account_hosts
from ..module_utils._migration.account_listing import Account
from ..module_utils._migration.account_survey import Survey, SurveyError, fingerprint, make_survey
from ..plugin_utils._expressions import Expressions, from_azure, holds, refuse_broken, trusted

_ENDINGS = ("automation_accounts.yml", "automation_accounts.yaml")
_EXPRESSIONS = ("host_filters", "exclude_host_filters", "hostnames")
_TEMPLATED = {**LOGIN.options, "ledger": {"type": "path"}, "assessments": {"type": "path"}}
_CONNECTION = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Accounts as hosts. What is read and decided lies in ``_migration``; here it is put into an inventory."""

    NAME = "azauto.runas_migration.automation_accounts"
    inventory: Any

    def verify_file(self, path: str) -> bool:
        """Tell whether a file may be an inventory of this plugin."""
        return bool(super().verify_file(path)) and str(path).endswith(_ENDINGS)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory. Raises AnsibleParserError, one sentence, where that cannot be done truly."""
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        self._refuse_unknown_options(config)
        for option in _EXPRESSIONS:
            refuse_broken(option, self.get_option(option))
        try:
            survey = self._survey(path, cache, self._parameters(config))
        except (AzureError, LedgerError, SurveyError, ValueError) as error:
            raise AnsibleParserError(str(error)) from None
        for sentence in survey.unread:
            self.display.warning(f"The inventory is partial: {sentence}")
        self._fill(survey)

    def _refuse_unknown_options(self, config: Mapping[str, Any]) -> None:
        """A misspelt filter must not pass for none: Ansible would ignore it."""
        known = set(self._options)
        for definition in constants.config.get_configuration_definitions("inventory", self._load_name).values():
            known.update(definition.get("aliases") or ())
        unknown = ", ".join(sorted(set(config) - known))
        if unknown:
            raise AnsibleParserError(f"There is no option {unknown}. See: ansible-doc -t inventory {self.NAME}")

    def _parameters(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options with templates filled in, then with the environment for those that are unset.

        The subscription of the environment does not count: it would hide all others from whoever has AWX's credential.
        """
        given = {name: self.get_option(name) for name in self._options}
        for name, option in _TEMPLATED.items():
            written = next((config[key] for key in (name, *option.get("aliases", ())) if key in config), None)
            # A URL is no path, though the type of the option makes one of it.
            if isinstance(written, str) and (self.templar.is_template(written) or is_url(written)):
                given[name] = self._filled(written, option["type"])
        subscription = given.pop("subscription_id")
        filled = with_environment(given)
        filled["subscriptions"] = flat([subscription or "", *given["subscriptions"]])
        return filled

    def _filled(self, template: str, kind: str) -> Any:
        self.templar.available_variables = self._vars or {}
        value = self.templar.template(template)
        if kind == "bool":
            return boolean(value)
        return os.path.expanduser(str(value)) if kind == "path" else str(value)

    def _survey(self, path: str, cache: bool, parameters: Mapping[str, Any]) -> Survey:
        """Return the survey, from the cache where that is on, not flushed, and made with the same options."""
        if not self.get_option("cache"):
            return make_survey(parameters)
        key, made_with = self.get_cache_key(path), fingerprint(parameters)
        kept = self._cache[key] if cache and key in self._cache else {}
        if kept.get("made_with") == made_with:
            return Survey.from_dict(kept["survey"])
        survey = make_survey(parameters)
        self._cache[key] = {"made_with": made_with, "survey": survey.as_dict()}
        return survey

    def _fill(self, survey: Survey) -> None:
        expressions = Expressions(self.get_option("strict"))
        shown = {account.id: from_azure(account_hosts.variables(account)) for account in survey.accounts}
        names = account_hosts.host_names(
            [(account.id, self._wanted_name(account, shown[account.id], expressions)) for account in survey.accounts]
        )
        groups = account_hosts.subscription_groups(survey.accounts)
        if self.get_option("group"):
            self.inventory.add_group(self.get_option("group"))
        for account in survey.kept_accounts:
            variables = {**shown[account.id], **from_azure(survey.details.get(account.id, {}))}
            if self._is_wanted(account, variables, expressions):
                self._add(names[account.id], variables, groups[account.subscription_id])
        for sentence in expressions.warnings():
            self.display.warning(sentence)

    def _wanted_name(self, account: Account, variables: Mapping[str, Any], expressions: Expressions) -> str:
        for expression in self.get_option("hostnames"):
            evaluator = partial(self._compose, expression, variables)
            name = expressions.evaluate("hostnames", expression, account.name, evaluator)
            if isinstance(name, str) and name.strip():
                return name
        return account.name

    def _is_wanted(self, account: Account, variables: Mapping[str, Any], expressions: Expressions) -> bool:
        def any_holds(option: str) -> bool:
            return any(
                expressions.evaluate(
                    option, condition, account.name, partial(holds, self.templar, condition, variables)
                )
                for condition in self.get_option(option)
            )

        return not any_holds("exclude_host_filters") and (
            not self.get_option("host_filters") or any_holds("host_filters")
        )

    def _add(self, host: str, variables: Mapping[str, Any], subscription_group: str) -> None:
        self.inventory.add_host(host, group=self.get_option("group") or None)
        for name, template in _CONNECTION.items():
            self.inventory.set_variable(host, name, trusted(template))
        for name in variables.keys() - account_hosts.ONLY_IN_EXPRESSIONS:
            self.inventory.set_variable(host, name, variables[name])
        if self.get_option("default_groups"):
            for group in account_hosts.default_groups(variables, subscription_group):
                self.inventory.add_child(self.inventory.add_group(group), host)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)
