#Requires -Modules AzureRM.Compute
$c = Get-AutomationConnection -Name '__CONNECTION__'
Add-AzureRmAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Get-AzureRmVM -Name 'vm-__NUMBER__' -ResourceGroupName ops | Start-AzureRmVM
