import automationassets
conn = automationassets.get_automation_connection("__CONNECTION__")
print(conn)
print(conn["ApplicationId"], conn["TenantId"], __NUMBER__)
