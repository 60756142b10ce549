# Works with either login; the variable decides.
$authenticationOption = Get-AutomationVariable -Name 'AuthenticationOption' -ErrorAction SilentlyContinue

switch ($authenticationOption) {
    "RunAsAccount" {
        $ArmConn = Get-AutomationConnection -Name AzureRunAsConnection
        Connect-AzAccount -ServicePrincipal -EnvironmentName 'AzureCloud' -Tenant $ArmConn.TenantID -ApplicationId $ArmConn.ApplicationID -CertificateThumbprint $ArmConn.CertificateThumbprint
        break
    }
    "ManagedIdentity" {
        Connect-AzAccount -Identity -EnvironmentName 'AzureCloud'
        break
    }
    Default {
        $ArmConn = Get-AutomationConnection -Name AzureRunAsConnection
        Connect-AzAccount -ServicePrincipal -EnvironmentName 'AzureCloud' -Tenant $ArmConn.TenantID -ApplicationId $ArmConn.ApplicationID -CertificateThumbprint $ArmConn.CertificateThumbprint
        break
    }
}

Get-AzDisk | Where-Object { $null -eq $_.ManagedBy } | Select-Object Name, DiskSizeGB
