# not AzureRunAsConnection
$c = Get-AutomationConnection -Name 'Customer API'
Connect-CustomerApi -Tenant $c.TenantId -Number __NUMBER__
