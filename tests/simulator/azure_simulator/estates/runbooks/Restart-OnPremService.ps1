# Runs on the hybrid workers of the group hq-servers.
param([string] $ServiceName = 'Spooler')

$conn = Get-AutomationConnection -Name 'AzureRunAsConnection'
Connect-AzAccount -ServicePrincipal -Tenant $conn.TenantId -ApplicationId $conn.ApplicationId -CertificateThumbprint $conn.CertificateThumbprint | Out-Null

Restart-Service -Name $ServiceName -Force
New-AzTag -ResourceId "/subscriptions/$($conn.SubscriptionId)" -Tag @{ lastRestart = (Get-Date -Format o) }
