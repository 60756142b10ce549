# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Every finding the collection can make: code, severity, sentence, remedy.

A finding is what promise 2 of the design ("never guess") turns doubt into: a
stable code, a place, one sentence and what to do about it. The codes are the
rule ids of reports; they never change their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Severity(str, Enum):
    """How much a finding matters to whoever runs the migration."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Code:
    """One kind of finding. ``sentence`` is a template of named facts."""

    severity: Severity
    sentence: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """One finding at one place. ``resource`` is an ARM id, or the name of an asset or runbook."""

    code: str
    severity: Severity
    resource: str
    sentence: str
    remedy: str
    line: int | None = None
    column: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as a module result carries it; absent places are left out."""
        place = {"line": self.line, "column": self.column}
        return {
            "code": self.code,
            "severity": self.severity.value,
            "resource": self.resource,
            "sentence": self.sentence,
            "remedy": self.remedy,
            "text": self.text(),
            **{key: value for key, value in place.items() if value is not None},
        }

    def text(self) -> str:
        """Return the finding as one line for people: code, thing, line, sentence."""
        name = self.resource.rstrip("/").rsplit("/", 1)[-1]
        place = f"{name}, line {self.line}" if self.line else name
        return f"{self.code} {place}: {self.sentence}"


def finding(code: str, resource: str, *, line: int | None = None, column: int | None = None, **facts: Any) -> Finding:
    """Make the finding ``code`` about ``resource``; ``facts`` fill the code's sentence and remedy.

    Raises KeyError for an unknown code or a fact that the sentence needs and did not get.
    """
    entry = CODES[code]
    return Finding(
        code=code,
        severity=entry.severity,
        resource=resource,
        sentence=entry.sentence.format(**facts),
        remedy=entry.remedy.format(**facts),
        line=line,
        column=column,
    )


INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR

CODES: dict[str, Code] = {
    # RA1xx: the Run As account
    "RA101": Code(
        WARNING,
        "The certificate of Run As connection {connection} expired on {expired}.",
        "Migrate this account first: whatever still logs in with it fails already.",
    ),
    "RA102": Code(
        WARNING,
        "Run As connection {connection} is incomplete: it lacks {missing}.",
        "Repair the named part, or migrate by hand what the collection cannot read from it.",
    ),
    "RA103": Code(
        INFO,
        "Connection {connection} is a Classic Run As connection; classic resources are retired.",
        "It needs no identity. Remove it with remove_runas once no runbook reads it.",
    ),
    "RA104": Code(
        INFO,
        "Application {application} is used by other accounts too: {accounts}.",
        "Migrate these accounts as well before the application is disabled or deleted.",
    ),
    # RA2xx: identity
    "RA201": Code(
        WARNING,
        "Hybrid worker groups {groups} run jobs of this account; the account identity replaces the identity of the "
        "virtual machines in these jobs.",
        "Check what those jobs log in as, then set hybrid to accept.",
    ),
    "RA202": Code(
        WARNING,
        "User-assigned identities do not work in jobs on hybrid workers ({groups}).",
        "Use the system-assigned identity for runbooks that run on hybrid workers.",
    ),
    "RA210": Code(
        WARNING,
        "The jobs of hybrid worker group {group} will log in as another identity: {sentence}",
        "Give the account's identity what these jobs need, or keep the account without an identity (docs/hybrid.md); "
        "then set hybrid to accept.",
    ),
    "RA211": Code(
        ERROR,
        "Worker {worker} of hybrid worker group {group} is agent-based and {version}: a login with the account's "
        "identity needs {minimum} or newer.",
        "Replace it by an extension-based worker, which needs no minimum version.",
    ),
    "RA212": Code(
        WARNING,
        "A login with the account's identity on agent-based workers needs {minimum} or newer; Azure does not tell "
        "whether these of hybrid worker group {group} are: {workers}.",
        "Look the version up on the machine (docs/hybrid.md tells where), or replace the worker by an extension-based "
        "one.",
    ),
    "RA213": Code(
        WARNING,
        "What the machines of these workers of hybrid worker group {group} can log in as is not known: {workers}. "
        "{reason}",
        "Let the login read the machines (docs/permissions.md), or look at their identities yourself.",
    ),
    "RA214": Code(
        WARNING,
        "Worker {worker} of hybrid worker group {group} has lost its machine: {machine} is not there any more.",
        "Remove the worker from the group; jobs that only it could run wait for ever.",
    ),
    "RA215": Code(
        WARNING,
        "Runbooks {runbooks} are to run on hybrid worker group {group}, which the account does not have.",
        "Correct the schedule link or webhook, or make the group; until then these jobs fail.",
    ),
    "RA216": Code(
        WARNING,
        "Worker {worker} of hybrid worker group {group} is extension-based, and its machine {machine} has no "
        "system-assigned identity, which it needs to register.",
        "Enable the system-assigned identity of the machine.",
    ),
    "RA217": Code(
        WARNING,
        "These workers of hybrid worker group {group} are agent-based, which are retired since 31 August 2024: "
        "{workers}.",
        "Replace them by extension-based workers.",
    ),
    # RA3xx: access
    "RA301": Code(
        WARNING,
        "Run As connection {connection} has no ApplicationId: whose access to copy cannot be found from it.",
        "Set principal_id to the object id of its service principal (and copy_unused, for nothing can log in with this "
        "connection), or copy its access by hand.",
    ),
    "RA302": Code(
        WARNING,
        "Application {application} of Run As connection {connection} has no service principal in the login's tenant.",
        "Role assignments outlive their principal: set principal_id to its former object id to copy them.",
    ),
    "RA303": Code(
        WARNING,
        "{role} at {scope} was not copied: it allows its holder to give out roles.",
        "Name the role in include_privileged if the runbooks really need it, or replace it with role_map.",
    ),
    "RA304": Code(
        WARNING,
        "{role} at {scope} was not copied: nothing uses it, {why}.",
        "Set copy_unused to true if the identity should have it all the same.",
    ),
    "RA305": Code(
        WARNING,
        "The identity has, or would get, Contributor at {scope}: what Run As accounts were given by default.",
        "Give it less with role_map, such as 'Contributor=Reader+Virtual Machine Contributor'.",
    ),
    "RA306": Code(
        WARNING,
        "The identity already has {role} at {scope}, with another condition than the Run As account. It was left so.",
        "Compare both conditions and correct the identity's role assignment {existing} by hand.",
    ),
    "RA307": Code(
        WARNING,
        "{role} at {scope} was not copied: it would be needed with several conditions, and Azure allows one.",
        "Create one role assignment by hand with a condition that covers all of them, or set connection.",
    ),
    "RA308": Code(
        WARNING,
        "{scope} would hold {count} of at most {limit} role assignments.",
        "Remove role assignments that are not needed, such as those of deleted principals.",
    ),
    "RA309": Code(
        WARNING,
        "{role} at {scope} was not copied: the role could not be read, so what it allows is not known: {reason}",
        "Let the login read role definitions there, or name the role's guid in include_privileged.",
    ),
    # RA4xx: runbooks. RA401-RA409: what was rewritten; from RA410 on: what is left to people.
    "RA401": Code(INFO, "The Run As login by {command} becomes a login with the identity.", "Nothing to do."),
    "RA402": Code(
        INFO,
        "The check whether the Run As connection was found is gone; the branch for a found connection stays.",
        "Nothing to do.",
    ),
    "RA403": Code(INFO, "{field} of the Run As connection becomes {value}.", "Nothing to do."),
    "RA404": Code(
        WARNING,
        "{field} of the Run As connection becomes {value}: the default subscription of the identity.",
        "Make sure that the identity sees one subscription only, or name the subscription in the runbook.",
    ),
    "RA405": Code(
        WARNING,
        "{command} no longer names a subscription: it takes the default subscription of the identity.",
        "Make sure that the identity sees one subscription only, or name the subscription in the runbook.",
    ),
    "RA406": Code(
        WARNING,
        "Parameter {variable} names the Run As connection ({value} by default); it stays and has no effect any more.",
        "Check that no schedule, webhook or caller passes another connection by it.",
    ),
    "RA407": Code(
        WARNING,
        "{command} becomes a login with the identity. It needs module {module} {minimum} or newer, and the identity "
        "needs {rights}.",
        "Give the identity these rights and update the module before the runbook runs; copied role assignments do not "
        "bring them.",
    ),
    "RA408": Code(
        WARNING,
        "{field} in a message becomes {value}, which names the identity and not the Run As application.",
        "Check that nobody searches the message for the former id.",
    ),
    "RA410": Code(
        ERROR,
        "The name of the connection that is fetched here cannot be told from the runbook.",
        "Name the connection literally, or replace the login by hand.",
    ),
    "RA411": Code(
        ERROR,
        "{variable} is used here as a whole, not for a login: the Run As connection object is passed on or written.",
        "Replace this use by hand; an identity has no connection object.",
    ),
    "RA412": Code(
        ERROR,
        "{field} of the Run As connection is used outside of the login.",
        "Replace this use by hand; an identity has no certificate, and another application id.",
    ),
    "RA413": Code(
        ERROR,
        "{variable} holds the Run As connection here and something else elsewhere.",
        "Give the connection a variable of its own, or replace the login by hand.",
    ),
    "RA414": Code(
        ERROR,
        "{command} has {parameter}, which cannot be turned into a login with an identity.",
        "Replace this login by hand.",
    ),
    "RA415": Code(
        ERROR,
        "{command} logs in to a tenant by {parameter} that is not known to be the tenant of the connection.",
        "An identity lives in one tenant: keep a service principal for another one, or remove the parameter.",
    ),
    "RA416": Code(
        ERROR,
        "{command} serves classic service management, which is retired and has no identity login.",
        "Move the classic part to Azure Resource Manager cmdlets, or remove it.",
    ),
    "RA417": Code(
        ERROR,
        "{command} is fed from the Run As connection in a way that is not rewritten.",
        "Replace this login by hand with the identity login of its service; where it has none, give the runbook an "
        "application and certificate of its own.",
    ),
    "RA418": Code(
        ERROR,
        "This text is code that logs in with the Run As connection somewhere else.",
        "Rewrite the code in the text by hand.",
    ),
    "RA419": Code(
        ERROR,
        "{command} logs in with a connection object that another script made.",
        "Rewrite this script together with the one that fetches the connection.",
    ),
    "RA420": Code(
        ERROR,
        "{command} runs this use of the Run As connection in another session, where the identity may not be present.",
        "Replace this use by hand.",
    ),
    "RA421": Code(
        ERROR,
        "{command} manages or reads the Run As connection as an asset.",
        "Retire this use together with the Run As account.",
    ),
    "RA422": Code(
        ERROR,
        "The certificate of the Run As account is read here.",
        "Replace this use by hand; an identity has no certificate.",
    ),
    "RA423": Code(
        ERROR,
        "The runbook makes or takes access tokens itself ({word}).",
        "Get tokens with Get-AzAccessToken, or from the identity endpoint, and replace the login by hand.",
    ),
    "RA424": Code(
        ERROR,
        "This check of the Run As connection does more than throw, or its outcome is needed elsewhere.",
        "Replace the check and the login by hand.",
    ),
    "RA425": Code(
        ERROR,
        "The runbook uses more than one connection of a service principal.",
        "Decide for each login which identity it needs, and replace them by hand.",
    ),
    "RA426": Code(
        ERROR,
        "The runbook can log in both ways: {setting} chooses between Run As and the identity (branch {branch}).",
        "Change that setting so that the identity branch runs; the runbook needs no rewrite.",
    ),
    "RA427": Code(
        ERROR,
        "The runbook logs in with an identity too ({command}), and no setting chooses between the two.",
        "Keep the identity login and remove the Run As login by hand.",
    ),
    "RA428": Code(
        ERROR,
        "{field} of the Run As connection is read where no login has surely been made, and its value is not known.",
        "Let the migration read the connection asset so that the value can be written, or write it by hand.",
    ),
    "RA429": Code(
        ERROR,
        "{command} is given the name of the Run As connection.",
        "Rewrite that command or child runbook together with this runbook.",
    ),
    "RA430": Code(
        ERROR,
        "The runbook uses a Run As account near here, and its syntax cannot be read.",
        "Correct the syntax, or replace the login by hand.",
    ),
    "RA431": Code(
        ERROR,
        "The Run As connection is fetched here, but no login with it was found.",
        "Replace this use by hand.",
    ),
    "RA432": Code(
        ERROR,
        "The runbook is signed; any change breaks the signature.",
        "Rewrite the unsigned source and sign it again.",
    ),
    "RA433": Code(
        ERROR,
        "The rewritten runbook did not pass its check, and was thrown away.",
        "Replace the login by hand, and report this runbook as a defect of the collection.",
    ),
    "RA434": Code(
        ERROR,
        "The Run As connection is fetched here in a form that cannot be followed.",
        "Assign it to a variable of its own, or replace the login by hand.",
    ),
    "RA435": Code(
        ERROR,
        "The content is not text in UTF-8 or UTF-16.",
        "Save the runbook as UTF-8.",
    ),
    "RA436": Code(
        ERROR,
        "{command} is not a login with application id and certificate thumbprint of the Run As connection.",
        "Replace this login by hand.",
    ),
    "RA437": Code(
        ERROR,
        "{command} names its organization by {parameter} in a way that an identity cannot log in with.",
        "Write the organization's first domain as it is, such as contoso.onmicrosoft.com; a tenant id is not accepted.",
    ),
    "RA438": Code(
        ERROR,
        "{command} has no login with an identity, and its module is retired.",
        "Port this part to Microsoft Graph PowerShell, which has: Connect-MgGraph -Identity.",
    ),
    "RA439": Code(
        ERROR,
        "{command} can log in with an identity only {condition}.",
        "Change the runbook so that this holds, or replace this login by hand.",
    ),
    "RA440": Code(
        ERROR,
        "This Python runbook uses a Run As account in a form that is not rewritten.",
        "Replace the login by hand: a token from the identity endpoint, or ManagedIdentityCredential on Python 3.",
    ),
    "RA441": Code(
        ERROR,
        "{function} makes a credential for Azure clients, and the runbook is written for Python 2, where no package "
        "offers one for an identity.",
        "Port the runbook to Python 3 (print, except, current azure-mgmt packages), import it as Python 3 and migrate "
        "it again.",
    ),
    "RA442": Code(
        ERROR,
        "The runbook uses classic service management, which is retired and has no identity login.",
        "Move the classic part to the clients of Azure Resource Manager (azure-mgmt packages), or remove it.",
    ),
    "RA443": Code(
        ERROR,
        "{function} comes from a package that logs in with the Run As account.",
        "Write the function into the runbook, with a token from the identity endpoint or ManagedIdentityCredential.",
    ),
    "RA444": Code(
        ERROR,
        "{asset} is the Run As connection as a whole, and is used here for something else than a login.",
        "Replace this use by hand; an identity has no connection object.",
    ),
    "RA445": Code(
        ERROR,
        "{field} of the Run As connection is read, and its value is not known.",
        "Let the migration read the connection asset so that the value can be written, or write it by hand.",
    ),
    "RA446": Code(
        WARNING,
        "{function} returns {credential} in place of the Run As credential: it is assumed that {what}.",
        "Test the runbook with the packages of its account or runtime environment before publishing it.",
    ),
    "RA450": Code(
        ERROR,
        "This graphical runbook uses a Run As account and is not rewritten: {reason}.",
        "{steps}",
    ),
    "RA451": Code(
        ERROR,
        "This graphical runbook cannot be read. {reason}",
        "Export it again, or rewrite it in the portal.",
    ),
    "RA453": Code(
        WARNING,
        "The rewritten graph has not run anywhere, and nothing but Azure can tell whether its editor opens it.",
        "Import the result as a new runbook, open and test it there, and only then let it replace this one.",
    ),
    "RA454": Code(
        INFO,
        "Activities {fetch} and {login} become one Code activity {login} with the text: {command}",
        "Nothing to do.",
    ),
    "RA455": Code(
        INFO,
        "Activity {activity} is gone: it ran only when the Run As connection was not found.",
        "Nothing to do.",
    ),
    "RA460": Code(
        WARNING,
        "The address 169.254.169.254 is hard-coded: a virtual machine's identity answers there, not the account's.",
        "Ask the address in the environment variable IDENTITY_ENDPOINT, with the header X-IDENTITY-HEADER.",
    ),
    "RA461": Code(
        WARNING,
        "A token is asked of {endpoint} without the header X-IDENTITY-HEADER.",
        "Send the header X-IDENTITY-HEADER with the value of the environment variable IDENTITY_HEADER.",
    ),
    "RA462": Code(
        WARNING,
        "The token of Get-AzAccessToken is used as text; it is a SecureString since Az.Accounts 5.",
        "Convert it first, such as with ConvertFrom-SecureString -AsPlainText, or pass it on as a SecureString.",
    ),
    "RA470": Code(
        ERROR,
        "This runbook was not rewritten: {other} runs in one session with it and is left to a person: {reason}",
        "See to {other} first, as its own findings say, then run again; or rewrite both by hand.",
    ),
    "RA471": Code(
        ERROR,
        "Runbook {runbook} was not changed: {other} runs in one session with it, would have to change too, and is not "
        "among the chosen runbooks.",
        "Add {other} to the option runbooks and run again.",
    ),
    "RA472": Code(
        ERROR,
        "This runbook was not rewritten: {other} runs in one session with it, and one would use Az, the other AzureRM; "
        "they do not share a login and must not be loaded together.",
        "Move all runbooks that call each other to Az, then migrate them.",
    ),
    "RA473": Code(
        ERROR,
        "Runbook {runbook} was not changed: {other} runs in one session with it and cannot be changed: {reason}",
        "Settle what keeps {other} from being changed and run again.",
    ),
    "RA480": Code(
        ERROR,
        "{path} could not be read: {reason}.",
        "Make it readable for whoever runs this, or leave it out with the option exclude.",
    ),
    "RA481": Code(
        ERROR,
        "{path} was not read: {reason}.",
        "Leave it out with the option exclude if it is no runbook; else make it a runbook of the usual size.",
    ),
    "RA482": Code(
        WARNING,
        "{path} is a link to {target}, which lies outside of the folder or in a part of it that is left out; it was "
        "left alone.",
        "Name {target} in the option path if its runbooks shall be rewritten too.",
    ),
    "RA483": Code(
        WARNING,
        "The rewrite of this graphical runbook was not written, because {target} is there already and {reason}.",
        "Compare the two; move {target} away and run again.",
    ),
    "RA484": Code(
        INFO,
        "The graphical runbook {path} stays as it is; its rewrite is the file {target}.",
        "Import that file as a runbook of its own, test it, and only then put it in place of the other.",
    ),
    "RA485": Code(
        WARNING,
        "{path} has other names in the file system ({links}, hard links); they keep the old content.",
        "Name them in the option path too, or link them again.",
    ),
    "RA490": Code(
        INFO,
        "The rewrite of runbook {runbook} is its draft and is not published, because publish is false.",
        "Test the draft, then run again with publish set to true.",
    ),
    "RA491": Code(
        WARNING,
        "Runbook {runbook} has a pending draft of somebody; the runbook was left alone.",
        "Publish or drop the draft and run again, or set pending_draft to keep (it needs publish): the draft is set "
        "aside, the rewrite published, and the draft put back byte for byte.",
    ),
    "RA492": Code(
        WARNING,
        "The pending draft of runbook {runbook} still uses a Run As account; the published content does not need it.",
        "Whoever works on the draft should take over the new login before publishing it.",
    ),
    "RA493": Code(
        WARNING,
        "Runbook {runbook} was never published; its draft uses a Run As account and was left alone.",
        "Set pending_draft to keep to rewrite the draft in place, without publishing it, or drop the runbook.",
    ),
    "RA494": Code(
        WARNING,
        "A draft of runbook {runbook} that an earlier run set aside was not put back: {reason}.",
        "Compare it with the runbook; the ledger names it {digest} in its folder blobs.",
    ),
    "RA495": Code(
        WARNING,
        "Graphical runbook {runbook} was not changed: a rewritten graph is never published in place.",
        "Export the runbook, rewrite the file with update_runbook_file, import it as a new runbook and test that.",
    ),
    "RA496": Code(
        ERROR,
        "Runbook {runbook} was not changed: whether it runs on hybrid workers, where a user-assigned identity does not "
        "work, could not be read: {reason}",
        "Let the login read job schedules and webhooks (docs/permissions.md) and run again.",
    ),
    # RA5xx: modules and runtimes
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
        "Import the module there and run again.",
    ),
    "RA521": Code(
        ERROR,
        "Runbook {runbook} was not changed: {needed_by} needs module {module} {minimum} or newer, and {there} is in "
        "{where}.",
        "Update the module there and run again.",
    ),
    "RA522": Code(
        ERROR,
        "Runbook {runbook} was not changed: module {module} {there} in {where} is known to be bad: {why}.",
        "Import {module} {good} there in its place and run again.",
    ),
    "RA523": Code(
        ERROR,
        "Runbook {runbook} was not changed: {needed_by} needs module {module} {minimum} or newer, and Azure does not "
        "tell which version is in {where}.",
        "Import the module in that version there and run again.",
    ),
    "RA524": Code(
        ERROR,
        "Runbook {runbook} was not changed: {needed_by} needs module {module}, whose import into {where} is in state "
        "{state}.",
        "Wait until its import has ended, or import it again, and run again.",
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
        "Move its runbooks to Az, or update AzureRM.Profile there.",
    ),
    "RA532": Code(
        WARNING,
        "Az.Accounts {version} in {where} is older than {minimum}, which Azure's documentation asked for when logins "
        "with the identity of an account began.",
        "Update Az.Accounts there before a runbook logs in with the identity.",
    ),
    "RA533": Code(
        WARNING,
        "Module {module} {version} in {where} is known to be bad: {why}.",
        "Import {module} {good} there in its place.",
    ),
    "RA534": Code(
        WARNING,
        "The import of module {module} into {where} is in state {state}.",
        "Wait until its import has ended, import it again, or remove it; runbooks that need it are not rewritten until "
        "then.",
    ),
    "RA535": Code(
        INFO,
        "{language} {version} is no longer supported by its makers, and is used here: {users}.",
        "Move these to a version that is supported; the migration does not depend on it.",
    ),
    # RA6xx: dependants
    "RA601": Code(
        ERROR,
        "Runbook {runbook} lost its link to schedule {schedule} while it was published, and it could not be made "
        "again: {reason}",
        "Link the runbook to the schedule again; where it runs and its parameters are in the ledger.",
    ),
    "RA602": Code(
        INFO,
        "Runbook {runbook} lost its link to schedule {schedule} while it was published; the link was made again.",
        "Nothing; the link has another id now.",
    ),
    "RA603": Code(
        ERROR,
        "Webhook {webhook} of runbook {runbook} was lost while the runbook was published.",
        "Make a new webhook and give its address to whoever calls it: the old address cannot be restored.",
    ),
    "RA604": Code(
        ERROR,
        "Runbook {runbook} was not changed: it runs on hybrid worker group {group} ({through}), where a user-assigned "
        "identity does not work.",
        "Use the system-assigned identity for this runbook, or run it in the cloud.",
    ),
    # RA610-RA639: what depends on an account, found by looking around
    "RA610": Code(
        WARNING,
        "Source control {control} takes runbooks from {repository} at every commit: what is rewritten in the account "
        "alone is overwritten with the old code.",
        "Rewrite the files in the repository with update_runbook_file and commit them, then migrate the runbooks of "
        "the account.",
    ),
    "RA611": Code(
        WARNING,
        "Source control {control} takes runbooks from {repository} whenever somebody starts it: that would bring the "
        "old code back.",
        "Rewrite the files in the repository with update_runbook_file before the next synchronization.",
    ),
    "RA612": Code(
        INFO,
        "Source control {control} takes runbooks from {repository}; no runbook of the account uses a Run As account.",
        "See that the files there use none either: update_runbook_file in check mode tells.",
    ),
    "RA620": Code(
        WARNING,
        "Action group {group} starts runbook {runbook}, which uses a Run As account.",
        "Rewrite the runbook with update_runbook, which keeps its webhooks, then test the action group.",
    ),
    "RA621": Code(
        WARNING,
        "Action group {group} starts {runbook}, a built-in runbook of Azure Monitor. Built-in runbooks logged in with "
        "the Run As account, and whether this one does was not seen.",
        "Let the action start a runbook that logs in with the identity, then test the action group.",
    ),
    "RA625": Code(
        INFO,
        "Update configuration {configuration} belongs to Update Management, which was retired on 31 August 2024.",
        "Move it to Azure Update Manager and delete it here.",
    ),
    "RA626": Code(
        WARNING,
        "Update configuration {configuration} starts runbook {runbook} before or after it updates, and that uses a Run "
        "As account.",
        "Rewrite it with update_runbook; in Azure Update Manager start it by an event and a webhook.",
    ),
    "RA630": Code(
        WARNING,
        "Start/Stop VMs during off-hours ({solution}) runs in this account. It was retired; its runbooks log in with "
        "the Run As account, unless somebody changed them.",
        "Replace it with Start/Stop VMs v2, or rewrite its runbooks like all others, graphical ones included; then "
        "delete the solution.",
    ),
    "RA631": Code(
        INFO,
        "Update Management ({solution}) uses this account. It was retired on 31 August 2024.",
        "Move what it updates to Azure Update Manager and delete the solution.",
    ),
    "RA632": Code(
        INFO,
        "Start/Stop VMs during off-hours ({solution}) runs in this account; none of its runbooks uses a Run As "
        "account.",
        "Nothing for this migration; the solution itself was retired.",
    ),
    "RA635": Code(
        INFO,
        "State Configuration has {nodes} nodes and {configurations} configurations in this account.",
        "It needs no Run As account, but configurations are not read: look through them for the connection or its "
        "certificate.",
    ),
    "RA639": Code(
        INFO,
        "{what} could not be read: it was deleted meanwhile.",
        "Run again to see what is there now.",
    ),
    "RA640": Code(
        INFO,
        "Runbook {runbook} has so many jobs that only {pages} pages of them were looked at, and they did not come "
        "newest first: its last job may be a later one.",
        "Look at the jobs of the runbook in the portal, if it matters when it ran last.",
    ),
    # RA7xx: Site Recovery
    "RA701": Code(
        ERROR,
        "Container mapping {mapping} of vault {vault} updates its agents through the Run As account of {account}.",
        "Set the mapping's authentication type to SystemAssignedIdentity.",
    ),
    "RA710": Code(
        ERROR,
        "Protection intent {intent} of vault {vault} updates its agents through the Run As account of {account}.",
        "Let the policy that makes such intents name the authentication type SystemAssignedIdentity: without one it "
        "is RunAsAccount.",
    ),
    "RA711": Code(
        WARNING,
        "Container mapping {mapping} of vault {vault} names {account}, but does not update its agents: auto-update is "
        "off.",
        "Turn auto-update on with the authentication type SystemAssignedIdentity, or keep the agents current by hand.",
    ),
    "RA712": Code(
        ERROR,
        "Site Recovery reports {category} for container mapping {mapping} of vault {vault}: {meaning}.",
        "Set the mapping's authentication type to SystemAssignedIdentity; Run As accounts can be renewed no more.",
    ),
    "RA713": Code(
        WARNING,
        "Site Recovery reports {category} for container mapping {mapping} of vault {vault}: {meaning}.",
        "Check the versions of the agents; once the mapping uses the identity, turn auto-update off and on again.",
    ),
    "RA714": Code(
        WARNING,
        "{what} of vault {vault}, which is in {vault_region}, names {account}, which is in {region}: Site Recovery "
        "wants both in the same region.",
        "Name an account in the region of the vault, and migrate that one.",
    ),
    "RA715": Code(
        WARNING,
        "Vault {vault} is in state {state}. {what} could not be read: {reason}",
        "Repair the vault and run again. Until then it may use the Run As account of any account.",
    ),
    # RA8xx: retirement
    "RA801": Code(
        ERROR,
        "The {version} content of runbook {runbook} of {account} logs in with a Run As account, or may: {judged}.",
        "Rewrite it with update_runbook, or by hand where that leaves a finding.",
    ),
    "RA802": Code(
        WARNING,
        "Certificate asset {certificate} cannot be restored once it is deleted: Azure never gives its private key "
        "back.",
        "Keep a copy of the certificate where it is still needed, or stay at stage disable.",
    ),
    "RA803": Code(
        INFO,
        "Certificate asset {certificate} stays: connections that remain use it ({connections}).",
        "Remove these connections too before the certificate goes.",
    ),
    "RA804": Code(
        WARNING,
        "{what} of application {application} is left to an administrator of Microsoft Entra: {reason}",
        "Have somebody with the role Cloud Application Administrator {task}, or give the login that right and run "
        "again.",
    ),
    "RA805": Code(
        WARNING,
        "{what} of application {application} waits for the last that uses it: {users}.",
        "Migrate these accounts and retire their Run As accounts, then run again.",
    ),
    "RA806": Code(
        WARNING,
        "Application {application} is more than a Run As account: it has {uses}. This was accepted.",
        "Check that nothing else logs in with it.",
    ),
    "RA807": Code(
        WARNING,
        "Application {application} belongs to tenant {tenant}, not to the tenant of the login.",
        "Have somebody with the role Cloud Application Administrator there {task}.",
    ),
    # RA9xx: reading
    "RA901": Code(
        WARNING,
        "{what} could not be read: {reason}",
        "Grant the login read access there, or confirm that nothing of this migration lives there.",
    ),
    # RA91x: what the login that migrates may do, and what stands in its way
    "RA910": Code(
        ERROR,
        "The login that migrates cannot do step {step}: it lacks {lacking}.",
        "Give it the role {roles}, or a role with just that (docs/permissions.md). {grantors}",
    ),
    "RA911": Code(
        INFO,
        "This login only reads: it is none to migrate with, so what the login that migrates may do was not judged.",
        "Assess with the login that will migrate, or name its object id with migration_principal.",
    ),
    "RA912": Code(
        WARNING,
        "The login that migrates can migrate, but not retire with step {step}: it lacks {lacking}.",
        "Give it the role {roles}, or a role with just that (docs/permissions.md), before the Run As account is "
        "removed. {grantors}",
    ),
    "RA913": Code(
        WARNING,
        "The login that migrates lacks the permission {permission} of Microsoft Graph, which step {step} asks for.",
        "Have an administrator of Microsoft Entra grant it, or {instead}.",
    ),
    "RA914": Code(
        WARNING,
        "Whether the login that migrates can do step {step} is not known: its role assignment has a condition. It "
        "concerns {permissions}.",
        "Check that the condition allows it.",
    ),
    "RA915": Code(
        ERROR,
        "Lock {lock} ({level}) at {scope} stops these steps: {steps}.",
        "Have the lock removed for the time of the migration.",
    ),
    "RA916": Code(
        WARNING,
        "Lock {lock} ({level}) at {scope} stops the retirement ({steps}); it does not stop the migration.",
        "Have the lock removed before the Run As account is.",
    ),
    "RA917": Code(
        ERROR,
        "Policy {policy} would deny the account its identity{reason}.",
        "Have the account exempted from the policy's assignment, or the assignment changed (definition {definition}).",
    ),
}
