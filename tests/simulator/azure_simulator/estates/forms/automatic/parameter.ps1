param(
    [string] $ConnectionName = '__CONNECTION__',
    [string] $Number = '__NUMBER__'
)
$c = Get-AutomationConnection -Name $ConnectionName
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Get-AzVM -Name "vm-$Number"
