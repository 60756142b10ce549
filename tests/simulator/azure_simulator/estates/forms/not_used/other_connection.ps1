$c = Get-AutomationConnection -Name 'Ticketing'
Invoke-RestMethod -Uri $c.Url -Headers @{ User = $c.Username; Task = '__NUMBER__' }
