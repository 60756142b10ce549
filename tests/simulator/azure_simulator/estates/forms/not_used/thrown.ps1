try { Connect-AzAccount -Identity -ErrorAction Stop | Out-Null } catch { throw "No login; it was AzureRunAsConnection before task __NUMBER__. $_" }
Get-AzVM
