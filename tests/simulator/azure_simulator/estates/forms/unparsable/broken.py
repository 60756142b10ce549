import automationassets
conn = automationassets.get_automation_connection("__CONNECTION__"
print(conn["ApplicationId"], __NUMBER__)
