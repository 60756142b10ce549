# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA5xx. Modules and runtimes."""

from __future__ import annotations

from .code import ERROR, INFO, WARNING, Code

MODULES: dict[str, Code] = {
    "RA501": Code(
        WARNING,
        "{command} needs a module AzureRM.Profile that knows -Identity.",
        "Update AzureRM.Profile in the account to 5.8.2 or newer, or move the runbook to Az.",
    ),
    "RA502": Code(
        ERROR,
        "The runbook uses both AzureRM and Az; they do not share a login and must not be loaded together.",
        "Move the runbook to Az alone, then migrate it.",
    ),
    "RA503": Code(
        INFO,
        "{count} AzureRM names become names of Az, from here on.",
        "See that the account has the Az modules that the runbook needs, and test it before it runs for real.",
    ),
    "RA504": Code(
        ERROR,
        "{command} of AzureRM has no counterpart in Az.",
        "Replace it by hand, or keep the runbook on AzureRM with azurerm: keep.",
    ),
    "RA505": Code(
        ERROR,
        "{command} is no command of AzureRM that is known, so its name in Az is not known either.",
        "Correct the name or replace the command by hand, or keep the runbook on AzureRM with azurerm: keep.",
    ),
    "RA506": Code(
        ERROR,
        "{command} is given {parameter}, which its counterpart in Az does not take.",
        "Change the call by hand, or keep the runbook on AzureRM with azurerm: keep.",
    ),
    "RA507": Code(
        ERROR,
        "{text} of AzureRM is named in {where}: what runs it, and where, cannot be followed.",
        "Change it by hand, or keep the runbook on AzureRM with azurerm: keep.",
    ),
    "RA508": Code(
        ERROR,
        "The type {type} belongs to the assemblies of AzureRM; Az may not have it.",
        "Do without the type, or keep the runbook on AzureRM with azurerm: keep.",
    ),
    "RA509": Code(
        ERROR,
        "{what} means something else in Az: {change}.",
        "Change it by hand, or keep the runbook on AzureRM with azurerm: keep.",
    ),
    "RA510": Code(
        WARNING,
        "{what} behaves otherwise in Az: {change}.",
        "Check what the runbook does with the result.",
    ),
    "RA511": Code(
        WARNING,
        "{command} becomes {twin}, which finds the same resources by other parameters.",
        "Test that the runbook finds what it found before.",
    ),
    "RA512": Code(
        WARNING,
        "The version demanded of {module} is dropped: it says nothing about {twin}.",
        "Name a version of the Az module where the runbook needs one.",
    ),
    "RA513": Code(
        ERROR,
        "The runbook handles the module {module} by its name, other than by importing it.",
        "Change this by hand, or keep the runbook on AzureRM with azurerm: keep.",
    ),
    "RA514": Code(
        WARNING,
        "{statement} is put here, so that the names of AzureRM run commands of Az.",
        "See that the account has the Az modules that the runbook needs, and test it before it runs for real.",
    ),
    "RA515": Code(
        ERROR,
        "There is no place for Enable-AzureRmAlias before this command, such as in a workflow.",
        "Move the runbook to Az with azurerm: az, or keep it on AzureRM with azurerm: keep.",
    ),
    "RA516": Code(INFO, "{before} of {command} becomes {after}.", "Nothing to do."),
    "RA517": Code(
        WARNING,
        "{before} becomes {after}: virtual machines of Az have no such property.",
        "Check that it is read from a virtual machine.",
    ),
    "RA518": Code(
        WARNING,
        "The word AzureRm stays in comments, texts or names ({count} times, first here); Azure Automation may load "
        "AzureRM for it, beside Az.",
        "Write something else there before the runbook runs, or remove the AzureRM modules from the account.",
    ),
    "RA520": Code(
        ERROR,
        "Runbook {runbook} was not changed: {needed_by} needs module {module}{wanted}, which is not in {where}.",
        "Import the module there with ensure_modules (docs/modules.md), or by hand, and run again.",
    ),
    "RA521": Code(
        ERROR,
        "Runbook {runbook} was not changed: {needed_by} needs module {module} {minimum} or newer, and {there} is in "
        "{where}.",
        "Update the module there with ensure_modules (docs/modules.md), or by hand, and run again.",
    ),
    "RA522": Code(
        ERROR,
        "Runbook {runbook} was not changed: module {module} {there} in {where} is known to be bad: {why}.",
        "Import {module} {good}, or a newer version that is good, there in its place, by hand or with ensure_modules "
        "and its option versions (docs/modules.md), and run again.",
    ),
    "RA523": Code(
        ERROR,
        "Runbook {runbook} was not changed: {needed_by} needs module {module} {minimum} or newer, and Azure does not "
        "tell which version is in {where}.",
        "Import the module in that version there with ensure_modules and its option versions (docs/modules.md), and "
        "run again.",
    ),
    "RA524": Code(
        ERROR,
        "Runbook {runbook} was not changed: {needed_by} needs module {module}, whose import into {where} is in state "
        "{state}.",
        "Wait until its import has ended, or import it again with ensure_modules (docs/modules.md), and run again.",
    ),
    "RA525": Code(
        ERROR,
        "Runbook {runbook} was not changed: what it would find when it runs could not be read: {reason}",
        "Let the login read modules and runtime environments (docs/permissions.md) and run again.",
    ),
    "RA530": Code(
        INFO,
        "AzureRM and Az are both in {where}.",
        "Nothing to do while each runbook uses one of them; remove AzureRM once no runbook needs it.",
    ),
    "RA531": Code(
        WARNING,
        "AzureRM.Profile {version} in {where} is too old for a login with an identity, which needs {minimum} or newer.",
        "Move its runbooks to Az, or update AzureRM.Profile there with ensure_modules and azurerm: keep "
        "(docs/modules.md).",
    ),
    "RA532": Code(
        WARNING,
        "Az.Accounts {version} in {where} is older than {minimum}, which Azure's documentation asked for when logins "
        "with the identity of an account began.",
        "Update Az.Accounts there with ensure_modules (docs/modules.md) before a runbook logs in with the identity.",
    ),
    "RA533": Code(
        WARNING,
        "Module {module} {version} in {where} is known to be bad: {why}.",
        "Import {module} {good}, or a newer version that is good, there in its place; ensure_modules imports a newer "
        "one that its option versions names (docs/modules.md).",
    ),
    "RA534": Code(
        WARNING,
        "The import of module {module} into {where} is in state {state}.",
        "Wait until its import has ended, import it again (ensure_modules, docs/modules.md), or remove it; runbooks "
        "that need it are not rewritten until then.",
    ),
    "RA535": Code(
        INFO,
        "{language} {version} is no longer supported by its makers, and is used here: {users}.",
        "Move these to a version that is supported; the migration does not depend on it.",
    ),
    "RA536": Code(
        ERROR,
        "Module {module}{wanted} is needed in {where} by {needed_by}, and no version of it is known that is sure to "
        "work there.",
        "Name a version with the option versions of ensure_modules, or a link with links, and run again "
        "(docs/modules.md).",
    ),
    "RA537": Code(
        ERROR,
        "Module {module} {there} in {where} does not do, and {version} is older: modules are never downgraded.",
        "Name a newer version that does with the option versions, or remove the module there by hand, and run again.",
    ),
    "RA538": Code(
        WARNING,
        "Module {module} {version} is imported in front of the one that comes with {where} ({there}); other modules "
        "that come with it were made for that one.",
        "Let the probe run, and test a runbook there. Deleting the imported module, as a rollback does, brings the "
        "other one back.",
    ),
    "RA539": Code(
        ERROR,
        "Azure does not tell which version of module {module} is in {where}, so that {version} may be older: it was "
        "not imported.",
        "Find out, and name the version that is to be imported with the option versions, or leave the module as it is.",
    ),
    "RA540": Code(
        INFO,
        "The import of module {module} into {where} is under way (state {state}); it is not made again.",
        "Nothing to do: a run waits for its end and then looks at the module again.",
    ),
    "RA541": Code(
        ERROR,
        "The import of module {module} into {where} was waited for and is still in state {state}.",
        "Wait until it has ended, or remove the module there, and run again; the option timeout waits longer.",
    ),
    "RA542": Code(
        WARNING,
        "The option {option} names module {module}, which nothing here needs and which is not known.",
        "Correct its name if it is misspelt.",
    ),
    "RA543": Code(
        ERROR,
        "Module {module} {version} would be imported into {where}, and is known to be bad: {why}.",
        "Name another version with the option versions; {good} is not known to be bad.",
    ),
    "RA544": Code(
        WARNING,
        "Module {module} {version} is imported into {where}, where other modules of AzureRM are: {others}. Their "
        "releases go with one release of it.",
        "Test the runbooks that keep AzureRM, or move them to Az.",
    ),
    "RA545": Code(
        ERROR,
        "{what} could not be read: {reason}",
        "Let the login read modules and runtime environments (docs/permissions.md) and run again.",
    ),
    "RA546": Code(
        ERROR,
        "The option {option} names module {module} {version} for {where}, and {needed_by} needs {minimum} or newer.",
        "Name a newer version.",
    ),
    "RA547": Code(
        WARNING,
        "The option {option} names module {module} {version}, and {there} is in {where}, which does: it is left alone.",
        "Nothing to do: modules are never downgraded.",
    ),
    "RA548": Code(
        ERROR,
        "Module {module} is needed in {where} by {needed_by}. It is only a list of other modules, and Azure Automation "
        "does not import it.",
        "Name the modules that the runbook calls instead of it, or run it where Az is a default package.",
    ),
    "RA549": Code(
        ERROR,
        "Module {module} is not imported into {where}: it needs Az.Accounts, which is not there as needed.",
        "Settle what is said of Az.Accounts, and run again.",
    ),
}
