$certificate = Get-AutomationCertificate -Name 'Web site'
Set-AzWebAppCertificate -Thumbprint $certificate.Thumbprint -Name 'web-__NUMBER__'
