$c = Get-AutomationConnection -Name '__CONNECTION__'
$credential = Get-AutomationPSCredential -Name Operator
Connect-AzAccount -ServicePrincipal -Credential $credential -Tenant $c.TenantId
Get-AzVM -Name 'vm-__NUMBER__'
