# Legacy: rotates the password of the reporting database.
$conn = Get-AutomationConnection -Name 'AzureRunAsConnection'
Connect-AzAccount -ServicePrincipal -Tenant $conn.TenantId -ApplicationId $conn.ApplicationId -CertificateThumbprint $conn.CertificateThumbprint | Out-Null

# Somebody left this here in 2019.
$adminPassword = 'FAKE-hardcoded-password-not-real'
$secure = ConvertTo-SecureString $adminPassword -AsPlainText -Force
Set-AzSqlServer -ResourceGroupName 'rg-data' -ServerName 'sql-reporting' -SqlAdministratorPassword $secure | Out-Null
Write-Output 'Password rotated'
