# Kosten je Abteilung – Bericht für die Geschäftsführung (Müller, Größe in €)
$connection = Get-AutomationConnection -Name 'AzureRunAsConnection'
$login = @{
    ServicePrincipal      = $true
    TenantId              = $connection.TenantId
    ApplicationId         = $connection.ApplicationId
    CertificateThumbprint = $connection.CertificateThumbprint
}
Connect-AzAccount @login | Out-Null

$since = (Get-Date).AddMonths(-1)
$usage = Get-AzConsumptionUsageDetail -StartDate $since -EndDate (Get-Date)
$usage |
    Group-Object -Property { $_.Tags['department'] } |
    Select-Object Name, @{ Name = 'Summe'; Expression = { ($_.Group | Measure-Object PretaxCost -Sum).Sum } } |
    Sort-Object Summe -Descending |
    ConvertTo-Csv -NoTypeInformation
