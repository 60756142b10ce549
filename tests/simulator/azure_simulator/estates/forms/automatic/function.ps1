function Connect-ToAzure {
    param([string] $Environment = 'AzureCloud')
    begin { $name = '__CONNECTION__' }
    process {
        $c = Get-AutomationConnection -Name $name
        Connect-AzAccount -ServicePrincipal -TenantId $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint -Environment $Environment
    }
}
Connect-ToAzure
Get-AzDisk -DiskName 'disk-__NUMBER__'
