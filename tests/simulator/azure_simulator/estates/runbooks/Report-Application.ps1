# Writes who this account is into a storage table. Needs the application id itself.
$conn = Get-AutomationConnection -Name 'AzureRunAsConnection'
Connect-AzAccount -ServicePrincipal -Tenant $conn.TenantId -ApplicationId $conn.ApplicationId -CertificateThumbprint $conn.CertificateThumbprint | Out-Null

New-AzRoleAssignment -ApplicationId $conn.ApplicationId -RoleDefinitionName 'Reader' -ResourceGroupName 'rg-vms'
