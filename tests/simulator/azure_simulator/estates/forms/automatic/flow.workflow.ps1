workflow Task
{
    $c = Get-AutomationConnection -Name '__CONNECTION__'
    Connect-AzAccount -ServicePrincipal -TenantId $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
    foreach -parallel ($machine in Get-AzVM) { "$($machine.Name) __NUMBER__" }
}
