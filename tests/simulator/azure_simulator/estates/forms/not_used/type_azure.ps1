$c = Get-AutomationConnection -Name 'Management'
Write-Output "Task __NUMBER__ of subscription $($c.SubscriptionID), certificate $($c.AutomationCertificateName)"
