param([string] $Message = 'task __NUMBER__')
Write-Output "$(Get-Date -Format o) $Message"
