import automationassets
c = automationassets.get_automation_connection("Ticketing")
print(c["Username"], __NUMBER__)  # not AzureRunAsConnection
