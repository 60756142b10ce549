param($App, $Thumb, $Tenant)
Connect-AzAccount -ServicePrincipal -Tenant $Tenant -ApplicationId $App -CertificateThumbprint $Thumb
Get-AzVM -Name 'vm-__NUMBER__'
