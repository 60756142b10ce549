<#
$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
#>
Connect-AzAccount -Identity | Out-Null
Get-AzVM -Name 'vm-__NUMBER__' <# AzureRunAsConnection #> | Start-AzVM
