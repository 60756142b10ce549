import automationassets
import helpers
conn = automationassets.get_automation_connection("__CONNECTION__")
helpers.log_in(conn, __NUMBER__)
