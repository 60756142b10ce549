$C = get-automationconnection -n '__CONNECTION__'
CONNECT-AZACCOUNT –serviceprincipal:$true -TenantId:$c.tenantid -App ${c}.ApplicationId -CertificateT: $script:C.certificatethumbprint
Get-AzResourceGroup -Name 'rg-__NUMBER__'
