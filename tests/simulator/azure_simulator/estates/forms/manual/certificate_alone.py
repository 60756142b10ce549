import automationassets
import tokens
pfx = automationassets.get_automation_certificate("__CERTIFICATE__")
print(tokens.get_token(pfx, "task __NUMBER__"))
