$certificate = Get-AutomationCertificate -Name '__CERTIFICATE__'
$application = Get-AutomationVariable -Name 'ApplicationId'
Connect-AzAccount -ServicePrincipal -Tenant 'contoso.example' -ApplicationId $application -CertificateThumbprint $certificate.Thumbprint
Get-AzVM -Name 'vm-__NUMBER__'
