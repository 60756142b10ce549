# Parent runbook: logs in once, then runs its children inline.
$connection = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $connection.TenantID -ApplicationId $connection.ApplicationID -CertificateThumbprint $connection.CertificateThumbprint

.\Remove-EmptyGroups.ps1 -WhatIfOnly $true
Start-AzAutomationRunbook -AutomationAccountName 'aa-roles' -ResourceGroupName 'rg-automation' -Name 'Restart-AllSubscriptions'
