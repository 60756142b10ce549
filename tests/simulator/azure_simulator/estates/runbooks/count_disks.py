"""Counts unattached disks. Needs no Run As account: it reads a list from a variable."""
import json

import automationassets

disks = json.loads(automationassets.get_automation_variable("DiskList"))
print("unattached: %d" % len([disk for disk in disks if not disk["managedBy"]]))
