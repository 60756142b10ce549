# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA4xx. Runbooks: what is rewritten, and what is left to people."""

from __future__ import annotations

from .code import ERROR, INFO, WARNING, Code

RUNBOOKS: dict[str, Code] = {
    # RA401-RA409: what was rewritten; from RA410 on: what is left to people.
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
    "RA497": Code(
        ERROR,
        "Runbook {runbook} was rewritten on {time} and uses a Run As account again.",
        "Find out what brought the old text back, such as a source control or a pipeline; change it there, and run "
        "update_runbook again.",
    ),
}
