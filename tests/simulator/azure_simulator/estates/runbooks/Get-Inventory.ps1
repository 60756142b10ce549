# Migrated in spring: the AzureRunAsConnection is not used any more.
# Get-AutomationConnection -Name AzureRunAsConnection   (old login, kept for the record)
Disable-AzContextAutosave -Scope Process | Out-Null
Connect-AzAccount -Identity | Out-Null

Get-AzResource | Group-Object ResourceType | Sort-Object Count -Descending | Select-Object Count, Name
