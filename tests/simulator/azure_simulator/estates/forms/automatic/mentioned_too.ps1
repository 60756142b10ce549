<#
.DESCRIPTION
    Logs in with AzureRunAsConnection, task __NUMBER__.
#>
# AzureRunAsConnection is made by the portal
$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint # as AzureRunAsConnection
