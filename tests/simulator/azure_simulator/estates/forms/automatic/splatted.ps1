$connection = Get-AutomationConnection -Name '__CONNECTION__'
$login = @{
    ServicePrincipal      = $true
    TenantId              = $connection.TenantId
    ApplicationId         = $connection.ApplicationId
    CertificateThumbprint = $connection.CertificateThumbprint
}
Connect-AzAccount @login
Get-AzStorageAccount | Where-Object StorageAccountName -Like '*__NUMBER__'
