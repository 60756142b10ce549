$option = Get-AutomationVariable -Name "LoginOption"
switch ($option) {
    "ManagedIdentity" {
        Connect-AzAccount -Identity
        break
    }
    Default {
        $c = Get-AutomationConnection -Name '__CONNECTION__'
        Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
        break
    }
}
Get-AzVM -Name 'vm-__NUMBER__'
