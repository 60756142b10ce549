$text = @'
Dear operators,
$c = Get-AutomationConnection -Name AzureRunAsConnection
is not needed any more for task __NUMBER__.
'@
Connect-AzAccount -Identity | Out-Null
Send-MailMessage -To ops@contoso.example -From ops@contoso.example -Subject 'Run As' -Body $text -SmtpServer mail.contoso.example
