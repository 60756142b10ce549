$machines = 'vm-__NUMBER__'
$text = @"
$machines were started. The connection "AzureRunAsConnection" of type AzureServicePrincipal can go,
and with it Connect-AzAccount -ServicePrincipal -CertificateThumbprint.
"@
Connect-AzAccount -Identity | Out-Null
Get-AzVM -Name $machines | Start-AzVM
Write-Output $text
