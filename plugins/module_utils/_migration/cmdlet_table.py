# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which operations of Azure a cmdlet of Az needs: read by ``cmdlet_operations``.

The names of operations are Azure's own (Azure resource provider operations); which of them a cmdlet needs is what it is
documented to do. A line with ``=`` names a type of resource, to which the lines below are relative unless they begin
with ``Microsoft.``; one that begins with a blank goes on from the one before. ``~AzNoun`` stands for Get (read), New,
Add, Set and Update (read and write), and Remove (delete); ``?AzNoun`` for Get alone; ``!AzNoun AzNoun`` for things in
memory, whose cmdlets need no right. ``Start,Stop-AzNoun: a b`` names operations, and ``-`` that any role, or none, is
enough. ``Stop-AzVM -StayProvisioned: a`` is for calls with that parameter. ``data:`` marks operations on data.
"""

from __future__ import annotations

TABLE = """\
= Microsoft.Resources/subscriptions
Connect,Disconnect,Add,Login,Logout,Resolve-AzAccount: -
Disable,Enable-AzContextAutosave: -
Get,Set,Select,Rename,Remove,Import,Save,Clear-AzContext: -
Get-AzContextAutosaveSetting: -
Get,Select,Set-AzSubscription: -
Select-AzProfile: -
Get-AzTenant: -
Get-AzAccessToken: -
Get,Add,Remove,Set-AzEnvironment: -
Get,Update,Clear-AzConfig: -
Enable,Disable,Uninstall-AzureRmAlias: -
Enable,Disable-AzDataCollection: -
Register,Unregister-AzModule: -
Get-AzDefault: -
Set,Clear-AzDefault: -
Get-AzLocation: locations/read
= Microsoft.Resources/subscriptions/resourceGroups
~AzResourceGroup
Get-AzResourceGroupDeploymentWhatIfResult: Microsoft.Resources/deployments/whatIf/action
Move-AzResource: moveResources/action write
Get-AzTag: Microsoft.Resources/subscriptions/tagNames/read Microsoft.Resources/tags/read
New-AzTag: Microsoft.Resources/tags/write Microsoft.Resources/tags/read
Update-AzTag: Microsoft.Resources/tags/write Microsoft.Resources/tags/read
Remove-AzTag: Microsoft.Resources/tags/delete Microsoft.Resources/tags/write
= Microsoft.Resources/deployments
Get-AzResourceGroupDeployment,Get-AzDeployment,Get-AzSubscriptionDeployment: read
Get-AzResourceGroupDeploymentOperation,Get-AzDeploymentOperation: operations/read
Remove-AzResourceGroupDeployment,Remove-AzDeployment: delete
Stop-AzResourceGroupDeployment,Stop-AzDeployment: cancel/action
Test-AzResourceGroupDeployment,Test-AzDeployment,Test-AzSubscriptionDeployment: validate/action
Save-AzResourceGroupDeploymentTemplate,Save-AzDeploymentTemplate: exportTemplate/action
= Microsoft.Resources/templateSpecs
~AzTemplateSpec
= Microsoft.Resources/deploymentScripts
Get-AzDeploymentScript: read
Get-AzDeploymentScriptLog: logs/read
Remove-AzDeploymentScript: delete
= Microsoft.Resources/providers
Get-AzResourceProvider: Microsoft.Resources/subscriptions/providers/read
Get-AzProviderOperation: Microsoft.Authorization/providerOperations/read
= Microsoft.Features/providers/features
Get-AzProviderFeature: Microsoft.Features/features/read
Register-AzProviderFeature: register/action
Unregister-AzProviderFeature: unregister/action
= Microsoft.Authorization/roleAssignments
~AzRoleAssignment
= Microsoft.Authorization/roleDefinitions
~AzRoleDefinition
= Microsoft.Authorization/locks
~AzResourceLock
= Microsoft.Authorization/policyAssignments
~AzPolicyAssignment
= Microsoft.Authorization/policyDefinitions
~AzPolicyDefinition
= Microsoft.Authorization/policySetDefinitions
~AzPolicySetDefinition
= Microsoft.Authorization/policyExemptions
~AzPolicyExemption
= Microsoft.PolicyInsights/policyStates
Get-AzPolicyState: queryResults/read
Get-AzPolicyStateSummary: summarize/read
Start-AzPolicyComplianceScan: triggerEvaluation/action
= Microsoft.PolicyInsights/remediations
Get-AzPolicyRemediation: read
Start-AzPolicyRemediation: write
Stop-AzPolicyRemediation: cancel/action
Remove-AzPolicyRemediation: delete
= Microsoft.Management/managementGroups
~AzManagementGroup
New-AzManagementGroupSubscription: subscriptions/write
Remove-AzManagementGroupSubscription: subscriptions/delete
= Microsoft.ResourceGraph/resources
Search-AzGraph: read
= Microsoft.ManagedIdentity/userAssignedIdentities
~AzUserAssignedIdentity
= Microsoft.Compute/virtualMachines
~AzVM
Get-AzVM: read
Get-AzVM -Status: read instanceView/read
Start-AzVM: start/action
Stop-AzVM: deallocate/action
Stop-AzVM -StayProvisioned: powerOff/action
Restart-AzVM: restart/action
Restart-AzVM -PerformMaintenance: performMaintenance/action
Invoke-AzVMReapply: reapply/action
Set-AzVM -Redeploy: redeploy/action
Set-AzVM -Generalized: generalize/action
Update-AzVM: read write Microsoft.Compute/disks/write Microsoft.Network/networkInterfaces/join/action
New-AzVM: read write Microsoft.Compute/disks/write Microsoft.Network/networkInterfaces/join/action
Invoke-AzVMRunCommand: runCommand/action
Get-AzVMRunCommand: runCommands/read
Set-AzVMRunCommand: runCommands/read runCommands/write
Remove-AzVMRunCommand: runCommands/delete
Invoke-AzVMInstallPatch: installPatches/action
Invoke-AzVMPatchAssessment: assessPatches/action
Get-AzVMSize: Microsoft.Compute/locations/vmSizes/read vmSizes/read
Get-AzVMUsage: Microsoft.Compute/locations/usages/read
Get-AzComputeResourceSku: Microsoft.Compute/skus/read
Get-AzVMBootDiagnosticsData: retrieveBootDiagnosticsData/action
Get-AzVMExtension,Get-AzVMDscExtension,Get-AzVMCustomScriptExtension,Get-AzVMAccessExtension: extensions/read
Set-AzVMExtension,Set-AzVMDscExtension,Set-AzVMCustomScriptExtension: extensions/read extensions/write
Set-AzVMAccessExtension,Set-AzVMDiagnosticsExtension,Set-AzVMBginfoExtension: extensions/read extensions/write
Set-AzVMDiskEncryptionExtension: extensions/read extensions/write write read
Remove-AzVMExtension,Remove-AzVMCustomScriptExtension,Remove-AzVMAccessExtension: extensions/delete
Get-AzVMDiskEncryptionStatus: read instanceView/read extensions/read
ConvertTo-AzVMManagedDisk: convertToManagedDisks/action
Set-AzVMBootDiagnostic: -
New-AzVMConfig,Set-AzVMOperatingSystem,Set-AzVMSourceImage,Set-AzVMOSDisk,Add-AzVMDataDisk,Set-AzVMDataDisk: -
Remove-AzVMDataDisk,Add-AzVMNetworkInterface,Remove-AzVMNetworkInterface,Set-AzVMPlan,Add-AzVMSshPublicKey: -
New-AzVMSqlServerAutoPatchingConfig,Set-AzVMUefi,Set-AzVMSecurityProfile,Add-AzVMSecret: -
Get-AzVMImage,Get-AzVMImageOffer: Microsoft.Compute/locations/publishers/artifacttypes/offers/read
Get-AzVMImagePublisher: Microsoft.Compute/locations/publishers/read
Get-AzVMImageSku: Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/read
= Microsoft.Compute/virtualMachineScaleSets
~AzVmss
Start-AzVmss: start/action
Stop-AzVmss: deallocate/action
Stop-AzVmss -StayProvisioned: powerOff/action
Restart-AzVmss: restart/action
Get-AzVmssVM: virtualMachines/read
Get-AzVmssSku: skus/read
Update-AzVmssInstance: manualUpgrade/action
Set-AzVmss -Reimage: reimage/action
Set-AzVmssVM -Reimage: virtualMachines/reimage/action
Update-AzVmssVM: virtualMachines/write
Remove-AzVmss: delete
Start-AzVmssRollingOSUpgrade: osRollingUpgrade/action
Stop-AzVmssRollingUpgrade: rollingUpgrades/cancel/action
New-AzVmssConfig,Set-AzVmssStorageProfile,Set-AzVmssOsProfile,Add-AzVmssNetworkInterfaceConfiguration: -
New-AzVmssIpConfig,Add-AzVmssExtension,Remove-AzVmssExtension: -
= Microsoft.Compute/disks
~AzDisk
Grant-AzDiskAccess: beginGetAccess/action
Revoke-AzDiskAccess: endGetAccess/action
New-AzDiskConfig,New-AzDiskUpdateConfig: -
= Microsoft.Compute/snapshots
~AzSnapshot
New-AzSnapshot: write read Microsoft.Compute/disks/read Microsoft.Compute/disks/beginGetAccess/action
Grant-AzSnapshotAccess: beginGetAccess/action
Revoke-AzSnapshotAccess: endGetAccess/action
New-AzSnapshotConfig,New-AzSnapshotUpdateConfig,Set-AzSnapshotImageReference: -
= Microsoft.Compute/images
~AzImage
New-AzImageConfig,Set-AzImageOsDisk,Add-AzImageDataDisk: -
= Microsoft.Compute/availabilitySets
~AzAvailabilitySet
= Microsoft.Compute/proximityPlacementGroups
~AzProximityPlacementGroup
= Microsoft.Compute/galleries
~AzGallery
= Microsoft.Compute/galleries/images
~AzGalleryImageDefinition
= Microsoft.Compute/galleries/images/versions
~AzGalleryImageVersion
= Microsoft.Compute/diskEncryptionSets
~AzDiskEncryptionSet
= Microsoft.Compute/hostGroups
~AzHostGroup
= Microsoft.Compute/sshPublicKeys
~AzSshKey
= Microsoft.SqlVirtualMachine/sqlVirtualMachines
~AzSqlVM
= Microsoft.Network/networkInterfaces
~AzNetworkInterface
New,Set-AzNetworkInterface: read write Microsoft.Network/virtualNetworks/subnets/join/action
Get-AzEffectiveNetworkSecurityGroup: effectiveNetworkSecurityGroups/action
Get-AzEffectiveRouteTable: effectiveRouteTable/action
?AzNetworkInterfaceIpConfig
New,Set,Add,Remove-AzNetworkInterfaceIpConfig: -
= Microsoft.Network/virtualNetworks
~AzVirtualNetwork
Add,New,Set,Remove-AzVirtualNetworkSubnetConfig: -
Get-AzVirtualNetworkSubnetConfig: subnets/read
= Microsoft.Network/virtualNetworks/virtualNetworkPeerings
~AzVirtualNetworkPeering
Add-AzVirtualNetworkPeering: read write Microsoft.Network/virtualNetworks/peer/action
Sync-AzVirtualNetworkPeering: read write Microsoft.Network/virtualNetworks/peer/action
= Microsoft.Network/networkSecurityGroups
~AzNetworkSecurityGroup
Get-AzNetworkSecurityRuleConfig: securityRules/read
Add,New,Set,Remove-AzNetworkSecurityRuleConfig: -
= Microsoft.Network/applicationSecurityGroups
~AzApplicationSecurityGroup
= Microsoft.Network/publicIPAddresses
~AzPublicIpAddress
= Microsoft.Network/publicIPPrefixes
~AzPublicIpPrefix
= Microsoft.Network/loadBalancers
~AzLoadBalancer
Get-AzLoadBalancerBackendAddressPool: backendAddressPools/read
New,Set-AzLoadBalancerBackendAddressPool: backendAddressPools/read backendAddressPools/write
Remove-AzLoadBalancerBackendAddressPool: backendAddressPools/delete
= Microsoft.Network/applicationGateways
~AzApplicationGateway
Start-AzApplicationGateway: start/action
Stop-AzApplicationGateway: stop/action
Get-AzApplicationGatewayBackendHealth: backendhealth/action
= Microsoft.Network/azureFirewalls
~AzFirewall
= Microsoft.Network/firewallPolicies
~AzFirewallPolicy
= Microsoft.Network/routeTables
~AzRouteTable
Get-AzRouteConfig: routes/read
Add,New,Set,Remove-AzRouteConfig: -
= Microsoft.Network/natGateways
~AzNatGateway
= Microsoft.Network/bastionHosts
~AzBastion
= Microsoft.Network/privateEndpoints
~AzPrivateEndpoint
= Microsoft.Network/virtualNetworkGateways
~AzVirtualNetworkGateway
Reset-AzVirtualNetworkGateway: reset/action
Resize-AzVirtualNetworkGateway: read write
Get-AzVirtualNetworkGatewayBGPPeerStatus: getBgpPeerStatus/action
= Microsoft.Network/connections
~AzVirtualNetworkGatewayConnection
Get-AzVirtualNetworkGatewayConnectionSharedKey: sharedKey/read
Set-AzVirtualNetworkGatewayConnectionSharedKey: sharedKey/write
Reset-AzVirtualNetworkGatewayConnectionSharedKey: sharedKey/action
= Microsoft.Network/localNetworkGateways
~AzLocalNetworkGateway
= Microsoft.Network/expressRouteCircuits
~AzExpressRouteCircuit
= Microsoft.Network/networkWatchers
~AzNetworkWatcher
Test-AzNetworkWatcherConnectivity: connectivityCheck/action
Test-AzNetworkWatcherIPFlow: ipFlowVerify/action
Get-AzNetworkWatcherNextHop: nextHop/action
= Microsoft.Network/dnsZones
~AzDnsZone
Get-AzDnsRecordSet: read recordsets/read
New,Set,Add-AzDnsRecordSet: A/read A/write AAAA/write CNAME/write MX/write NS/write PTR/write SRV/write TXT/write
Remove-AzDnsRecordSet: A/delete AAAA/delete CNAME/delete MX/delete NS/delete PTR/delete SRV/delete TXT/delete
New-AzDnsRecordConfig,Add-AzDnsRecordConfig,Remove-AzDnsRecordConfig: -
= Microsoft.Network/privateDnsZones
~AzPrivateDnsZone
Get-AzPrivateDnsRecordSet: ALL/read
New,Set-AzPrivateDnsRecordSet: A/read A/write AAAA/write CNAME/write MX/write PTR/write SRV/write TXT/write
Remove-AzPrivateDnsRecordSet: A/delete AAAA/delete CNAME/delete MX/delete PTR/delete SRV/delete TXT/delete
New,Add,Remove-AzPrivateDnsRecordConfig: -
= Microsoft.Network/privateDnsZones/virtualNetworkLinks
~AzPrivateDnsVirtualNetworkLink
= Microsoft.Network/trafficManagerProfiles
~AzTrafficManagerProfile
Enable,Disable-AzTrafficManagerProfile: read write
= Microsoft.Network/trafficManagerProfiles/azureEndpoints
~AzTrafficManagerEndpoint
Enable,Disable-AzTrafficManagerEndpoint: read write
= Microsoft.Network/frontDoors
~AzFrontDoor
= Microsoft.Cdn/profiles
~AzCdnProfile
= Microsoft.Cdn/profiles/endpoints
~AzCdnEndpoint
Start-AzCdnEndpoint: Start/action
Stop-AzCdnEndpoint: Stop/action
Clear-AzCdnEndpointContent: Purge/action
= Microsoft.Storage/storageAccounts
~AzStorageAccount
Get-AzStorageAccountKey: listkeys/action
New-AzStorageAccountKey: regeneratekey/action
Set,Get-AzCurrentStorageAccount: read listkeys/action
Get-AzStorageAccountNameAvailability: Microsoft.Storage/checknameavailability/read
Get-AzStorageUsage: Microsoft.Storage/locations/usages/read
Get-AzStorageAccountNetworkRuleSet: read
Add,Remove,Update-AzStorageAccountNetworkRule: read write
Update-AzStorageAccountNetworkRuleSet: read write
Invoke-AzStorageAccountFailover: failover/action
New-AzStorageContext: -
New-AzStorageAccountSASToken,New-AzStorageContainerSASToken,New-AzStorageBlobSASToken: -
New-AzStorageShareSASToken,New-AzStorageFileSASToken,New-AzStorageQueueSASToken,New-AzStorageTableSASToken: -
= Microsoft.Storage/storageAccounts/blobServices/containers
~AzRmStorageContainer
Get-AzStorageContainer: read
New-AzStorageContainer: write
Remove-AzStorageContainer: delete
Get-AzStorageBlob: data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read
Get-AzStorageBlobContent: data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read
Set-AzStorageBlobContent: data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write
Start-AzStorageBlobCopy,Copy-AzStorageBlob: data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write
Get-AzStorageBlobCopyState: data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read
Remove-AzStorageBlob: data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete
= Microsoft.Storage/storageAccounts/blobServices
Get-AzStorageBlobServiceProperty: read
Update-AzStorageBlobServiceProperty: read write
= Microsoft.Storage/storageAccounts/fileServices/shares
~AzRmStorageShare
Get-AzStorageShare: read
New,Set-AzStorageShare: read write
Remove-AzStorageShare: delete
= Microsoft.Storage/storageAccounts/managementPolicies
~AzStorageAccountManagementPolicy
New-AzStorageAccountManagementPolicyRule,New-AzStorageAccountManagementPolicyFilter: -
Add-AzStorageAccountManagementPolicyAction: -
= Microsoft.Storage/storageAccounts/queueServices/queues
Get-AzStorageQueue: read
New-AzStorageQueue: write
Remove-AzStorageQueue: delete
= Microsoft.Storage/storageAccounts/tableServices/tables
Get-AzStorageTable: read
New-AzStorageTable: write
Remove-AzStorageTable: delete
Get-AzTableRow: data:Microsoft.Storage/storageAccounts/tableServices/tables/entities/read
Add-AzTableRow: data:Microsoft.Storage/storageAccounts/tableServices/tables/entities/add/action
Update-AzTableRow: data:Microsoft.Storage/storageAccounts/tableServices/tables/entities/update/action
Remove-AzTableRow: data:Microsoft.Storage/storageAccounts/tableServices/tables/entities/delete
= Microsoft.StorageSync/storageSyncServices
~AzStorageSyncService
= Microsoft.NetApp/netAppAccounts
~AzNetAppFilesAccount
= Microsoft.NetApp/netAppAccounts/capacityPools
~AzNetAppFilesPool
= Microsoft.NetApp/netAppAccounts/capacityPools/volumes
~AzNetAppFilesVolume
= Microsoft.NetApp/netAppAccounts/capacityPools/volumes/snapshots
~AzNetAppFilesSnapshot
= Microsoft.Automation/automationAccounts
~AzAutomationAccount
Get-AzAutomationRegistrationInfo: agentRegistrationInformation/read
New-AzAutomationKey: agentRegistrationInformation/regenerateKey/action
= Microsoft.Automation/automationAccounts/runbooks
~AzAutomationRunbook
Start-AzAutomationRunbook: read Microsoft.Automation/automationAccounts/jobs/write
  Microsoft.Automation/automationAccounts/jobs/read
Publish-AzAutomationRunbook: publish/action
Export-AzAutomationRunbook: read content/read
Import-AzAutomationRunbook: read write draft/content/write
= Microsoft.Automation/automationAccounts/jobs
?AzAutomationJob
Stop-AzAutomationJob: stop/action
Suspend-AzAutomationJob: suspend/action
Resume-AzAutomationJob: resume/action
Get-AzAutomationJobOutput: read streams/read output/read
Get-AzAutomationJobOutputRecord: streams/read
= Microsoft.Automation/automationAccounts/variables
~AzAutomationVariable
= Microsoft.Automation/automationAccounts/credentials
~AzAutomationCredential
= Microsoft.Automation/automationAccounts/certificates
~AzAutomationCertificate
= Microsoft.Automation/automationAccounts/connections
~AzAutomationConnection
Set-AzAutomationConnectionFieldValue: read write
= Microsoft.Automation/automationAccounts/schedules
~AzAutomationSchedule
= Microsoft.Automation/automationAccounts/jobSchedules
Get-AzAutomationScheduledRunbook: read
Register-AzAutomationScheduledRunbook: write
Unregister-AzAutomationScheduledRunbook: delete
= Microsoft.Automation/automationAccounts/modules
~AzAutomationModule
= Microsoft.Automation/automationAccounts/webhooks
~AzAutomationWebhook
New-AzAutomationWebhook: write Microsoft.Automation/automationAccounts/webhooks/action
= Microsoft.Automation/automationAccounts/hybridRunbookWorkerGroups
~AzAutomationHybridWorkerGroup
= Microsoft.Automation/automationAccounts/softwareUpdateConfigurations
~AzAutomationSoftwareUpdateConfiguration
Get-AzAutomationSoftwareUpdateRun: Microsoft.Automation/automationAccounts/softwareUpdateConfigurationRuns/read
= Microsoft.Automation/automationAccounts/configurations
?AzAutomationDscConfiguration
Import-AzAutomationDscConfiguration: read write
= Microsoft.Automation/automationAccounts/compilationjobs
Start-AzAutomationDscCompilationJob: write
Get-AzAutomationDscCompilationJob: read
= Microsoft.Automation/automationAccounts/nodes
?AzAutomationDscNode
Set-AzAutomationDscNode: write
Unregister-AzAutomationDscNode: delete
= Microsoft.Sql/servers
~AzSqlServer
= Microsoft.Sql/servers/firewallRules
~AzSqlServerFirewallRule
= Microsoft.Sql/servers/administrators
Get-AzSqlServerActiveDirectoryAdministrator: read
Set-AzSqlServerActiveDirectoryAdministrator: read write
Remove-AzSqlServerActiveDirectoryAdministrator: delete
= Microsoft.Sql/servers/databases
~AzSqlDatabase
Suspend-AzSqlDatabase: pause/action
Resume-AzSqlDatabase: resume/action
Restore-AzSqlDatabase: read write
New-AzSqlDatabaseCopy: read write
New-AzSqlDatabaseExport: read export/action
New-AzSqlDatabaseImport: read write import/action
Get-AzSqlDatabaseImportExportStatus: operations/read Microsoft.Sql/locations/importExportOperationResults/read
Get-AzSqlDatabaseActivity: operations/read
Stop-AzSqlDatabaseActivity: operations/cancel/action
Get-AzSqlDatabaseGeoBackup: Microsoft.Sql/servers/recoverableDatabases/read
Get-AzSqlDeletedDatabaseBackup: Microsoft.Sql/servers/restorableDroppedDatabases/read
Set-AzSqlDatabaseSecondary: replicationLinks/failover/action
Get-AzSqlDatabaseReplicationLink: replicationLinks/read
Get-AzSqlDatabaseTransparentDataEncryption: transparentDataEncryption/read
Set-AzSqlDatabaseTransparentDataEncryption: transparentDataEncryption/read transparentDataEncryption/write
= Microsoft.Sql/servers/elasticPools
~AzSqlElasticPool
Get-AzSqlElasticPoolDatabase: databases/read
= Microsoft.Sql/servers/failoverGroups
Get-AzSqlDatabaseFailoverGroup: read
New,Set-AzSqlDatabaseFailoverGroup: read write
Switch-AzSqlDatabaseFailoverGroup: failover/action
Remove-AzSqlDatabaseFailoverGroup: delete
= Microsoft.Sql/managedInstances
Get-AzSqlInstance: read
New,Set-AzSqlInstance: read write
Remove-AzSqlInstance: delete
Start-AzSqlInstance: start/action
Stop-AzSqlInstance: stop/action
= Microsoft.Sql/managedInstances/databases
~AzSqlInstanceDatabase
Restore-AzSqlInstanceDatabase: read write
= Microsoft.DBforPostgreSQL/flexibleServers
~AzPostgreSqlFlexibleServer
Start-AzPostgreSqlFlexibleServer: start/action
Stop-AzPostgreSqlFlexibleServer: stop/action
Restart-AzPostgreSqlFlexibleServer: restart/action
= Microsoft.DBforPostgreSQL/servers
~AzPostgreSqlServer
= Microsoft.DBforMySQL/flexibleServers
~AzMySqlFlexibleServer
Start-AzMySqlFlexibleServer: start/action
Stop-AzMySqlFlexibleServer: stop/action
Restart-AzMySqlFlexibleServer: restart/action
= Microsoft.DBforMySQL/servers
~AzMySqlServer
= Microsoft.DBforMariaDB/servers
~AzMariaDbServer
= Microsoft.DocumentDB/databaseAccounts
~AzCosmosDBAccount
Get-AzCosmosDBAccountKey: listKeys/action
New-AzCosmosDBAccountKey: regenerateKey/action
= Microsoft.DocumentDB/databaseAccounts/sqlDatabases
~AzCosmosDBSqlDatabase
Get-AzCosmosDBSqlDatabaseThroughput: throughputSettings/read
Update-AzCosmosDBSqlDatabaseThroughput: throughputSettings/read throughputSettings/write
= Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers
~AzCosmosDBSqlContainer
Get-AzCosmosDBSqlContainerThroughput: throughputSettings/read
Update-AzCosmosDBSqlContainerThroughput: throughputSettings/read throughputSettings/write
= Microsoft.Cache/redis
~AzRedisCache
Get-AzRedisCacheKey: listKeys/action
New-AzRedisCacheKey: regenerateKey/action
Reset-AzRedisCache: forceReboot/action
Export-AzRedisCache: export/action
Import-AzRedisCache: import/action
= Microsoft.KeyVault/vaults
~AzKeyVault
Set,Remove-AzKeyVaultAccessPolicy: read accessPolicies/write
Update-AzKeyVaultNetworkRuleSet,Add-AzKeyVaultNetworkRule,Remove-AzKeyVaultNetworkRule: read write
Undo-AzKeyVaultRemoval: write Microsoft.KeyVault/deletedVaults/read
Get-AzKeyVaultSecret: data:Microsoft.KeyVault/vaults/secrets/getSecret/action
  data:Microsoft.KeyVault/vaults/secrets/readMetadata/action
Set,Update-AzKeyVaultSecret: data:Microsoft.KeyVault/vaults/secrets/setSecret/action
Remove-AzKeyVaultSecret: data:Microsoft.KeyVault/vaults/secrets/delete
Backup-AzKeyVaultSecret: data:Microsoft.KeyVault/vaults/secrets/backup/action
Restore-AzKeyVaultSecret: data:Microsoft.KeyVault/vaults/secrets/restore/action
Get-AzKeyVaultKey: data:Microsoft.KeyVault/vaults/keys/read
Add-AzKeyVaultKey: data:Microsoft.KeyVault/vaults/keys/create/action
Update-AzKeyVaultKey: data:Microsoft.KeyVault/vaults/keys/update/action
Remove-AzKeyVaultKey: data:Microsoft.KeyVault/vaults/keys/delete
Get-AzKeyVaultCertificate: data:Microsoft.KeyVault/vaults/certificates/read
Add-AzKeyVaultCertificate: data:Microsoft.KeyVault/vaults/certificates/create/action
Import-AzKeyVaultCertificate: data:Microsoft.KeyVault/vaults/certificates/import/action
Remove-AzKeyVaultCertificate: data:Microsoft.KeyVault/vaults/certificates/delete
New-AzKeyVaultCertificatePolicy: -
= Microsoft.Web/sites
~AzWebApp
Start-AzWebApp: start/Action
Stop-AzWebApp: stop/Action
Restart-AzWebApp: restart/Action
Get-AzWebAppPublishingProfile,Get-AzFunctionAppPublishingProfile: publishxml/Action
Get-AzWebAppConfiguration: config/Read
Publish-AzWebApp: publishxml/Action Read
Get-AzWebAppSlot: slots/Read
New,Set-AzWebAppSlot: slots/Read slots/Write
Remove-AzWebAppSlot: slots/Delete
Start-AzWebAppSlot: slots/start/Action
Stop-AzWebAppSlot: slots/stop/Action
Restart-AzWebAppSlot: slots/restart/Action
Switch-AzWebAppSlot: slotsswap/Action slots/slotsswap/Action
New-AzWebAppBackup: backup/Action
Get-AzWebAppBackup: backups/Read
Get-AzWebAppBackupList: backups/Read
~AzFunctionApp
Start-AzFunctionApp: start/Action
Stop-AzFunctionApp: stop/Action
Restart-AzFunctionApp: restart/Action
Get-AzFunctionAppSetting: config/list/Action
Update,Remove-AzFunctionAppSetting: config/list/Action config/Write
New,Remove-AzWebAppSSLBinding: hostNameBindings/Write hostNameBindings/Read Microsoft.Web/certificates/Write
Get-AzWebAppSSLBinding: Read
= Microsoft.Web/certificates
?AzWebAppCertificate
Remove-AzWebAppCertificate: Delete
= Microsoft.Web/serverfarms
~AzAppServicePlan
~AzFunctionAppPlan
= Microsoft.Web/hostingEnvironments
~AzAppServiceEnvironment
= Microsoft.Web/staticSites
~AzStaticWebApp
= Microsoft.Logic/workflows
~AzLogicApp
Start-AzLogicApp: read triggers/run/action
Get-AzLogicAppTrigger: triggers/read
Get-AzLogicAppTriggerCallbackUrl: triggers/listCallbackUrl/action
Get-AzLogicAppRunHistory: runs/read
Get-AzLogicAppRunAction: runs/actions/read
Stop-AzLogicAppRun: runs/cancel/action
= Microsoft.ContainerService/managedClusters
~AzAksCluster
Start-AzAksCluster: start/action
Stop-AzAksCluster: stop/action
Import-AzAksCredential: read listClusterUserCredential/action
Import-AzAksCredential -Admin: read listClusterAdminCredential/action
Invoke-AzAksRunCommand: runcommand/action
= Microsoft.ContainerService/managedClusters/agentPools
~AzAksNodePool
= Microsoft.ContainerInstance/containerGroups
~AzContainerGroup
Start-AzContainerGroup: start/action
Stop-AzContainerGroup: stop/action
Restart-AzContainerGroup: restart/action
Get-AzContainerInstanceLog: containers/logs/read
New-AzContainerInstanceObject,New-AzContainerInstancePortObject,New-AzContainerGroupVolumeObject: -
New-AzContainerInstanceEnvironmentVariableObject,New-AzContainerGroupImageRegistryCredentialObject: -
= Microsoft.ContainerRegistry/registries
~AzContainerRegistry
Get-AzContainerRegistryCredential: listCredentials/action
Update-AzContainerRegistryCredential: regenerateCredential/action
Import-AzContainerRegistryImage: importImage/action
= Microsoft.App/containerApps
~AzContainerApp
= Microsoft.App/jobs
Start-AzContainerAppJob: start/action
= Microsoft.Insights/components
~AzApplicationInsights
= Microsoft.Insights/actionGroups
~AzActionGroup
= Microsoft.Insights/metricAlerts
Get-AzMetricAlertRuleV2: read
Add-AzMetricAlertRuleV2: read write
Remove-AzMetricAlertRuleV2: delete
New-AzMetricAlertRuleV2Criteria,New-AzMetricAlertRuleV2DimensionSelection: -
= Microsoft.Insights/activityLogAlerts
~AzActivityLogAlert
Enable,Disable-AzActivityLogAlert: read write
= Microsoft.Insights/scheduledQueryRules
~AzScheduledQueryRule
= Microsoft.Insights/autoscalesettings
~AzAutoscaleSetting
= Microsoft.Insights/diagnosticSettings
~AzDiagnosticSetting
= Microsoft.Insights/dataCollectionRules
~AzDataCollectionRule
= Microsoft.Insights/metrics
Get-AzMetric: read
Get-AzMetricDefinition: Microsoft.Insights/metricDefinitions/read
Get-AzActivityLog,Get-AzLog: Microsoft.Insights/eventtypes/values/read
= Microsoft.AlertsManagement/alerts
Get-AzAlert: read
Update-AzAlertState: changestate/action
= Microsoft.OperationalInsights/workspaces
~AzOperationalInsightsWorkspace
Invoke-AzOperationalInsightsQuery: query/read query/*/read
Get-AzOperationalInsightsWorkspaceSharedKey: sharedKeys/action
Get-AzOperationalInsightsWorkspaceSharedKeys: sharedKeys/action
Get-AzOperationalInsightsSavedSearch: savedSearches/read
New,Set-AzOperationalInsightsSavedSearch: savedSearches/read savedSearches/write
= Microsoft.OperationalInsights/workspaces/dataSources
~AzOperationalInsightsDataSource
= Microsoft.OperationsManagement/solutions
~AzMonitorLogAnalyticsSolution
= Microsoft.RecoveryServices/Vaults
~AzRecoveryServicesVault
Set-AzRecoveryServicesVaultContext: -
Set-AzRecoveryServicesAsrVaultContext: -
Get-AzRecoveryServicesVaultSettingsFile: read certificates/write
Get-AzRecoveryServicesBackupContainer: backupFabrics/protectionContainers/read backupProtectionContainers/read
Get-AzRecoveryServicesBackupItem: backupProtectedItems/read backupFabrics/protectionContainers/protectedItems/read
Get-AzRecoveryServicesBackupJob,Get-AzRecoveryServicesBackupJobDetail,Wait-AzRecoveryServicesBackupJob:
  backupJobs/read
Stop-AzRecoveryServicesBackupJob: backupJobs/cancel/action
Get-AzRecoveryServicesBackupProtectionPolicy: backupPolicies/read
New,Set-AzRecoveryServicesBackupProtectionPolicy: backupPolicies/read backupPolicies/write
Remove-AzRecoveryServicesBackupProtectionPolicy: backupPolicies/delete
Backup-AzRecoveryServicesBackupItem: backupFabrics/protectionContainers/protectedItems/backup/action
Enable-AzRecoveryServicesBackupProtection: backupFabrics/protectionContainers/protectedItems/write
  backupFabrics/backupProtectionIntent/write
Disable-AzRecoveryServicesBackupProtection: backupFabrics/protectionContainers/protectedItems/write
  backupFabrics/protectionContainers/protectedItems/delete
Get-AzRecoveryServicesBackupRecoveryPoint: backupFabrics/protectionContainers/protectedItems/recoveryPoints/read
Restore-AzRecoveryServicesBackupItem: backupFabrics/protectionContainers/protectedItems/recoveryPoints/restore/action
Get-AzRecoveryServicesAsrFabric: replicationFabrics/read
Get-AzRecoveryServicesAsrProtectionContainer: replicationFabrics/replicationProtectionContainers/read
Get-AzRecoveryServicesAsrReplicationProtectedItem:
  replicationFabrics/replicationProtectionContainers/replicationProtectedItems/read
Get-AzRecoveryServicesAsrRecoveryPlan: replicationRecoveryPlans/read
Get-AzRecoveryServicesAsrJob: replicationJobs/read
Start-AzRecoveryServicesAsrTestFailoverJob: replicationRecoveryPlans/testFailover/action
Start-AzRecoveryServicesAsrPlannedFailoverJob: replicationRecoveryPlans/plannedFailover/action
Start-AzRecoveryServicesAsrUnplannedFailoverJob: replicationRecoveryPlans/unplannedFailover/action
= Microsoft.DesktopVirtualization/hostpools
~AzWvdHostPool
Get-AzWvdSessionHost: sessionhosts/read
Update-AzWvdSessionHost: sessionhosts/read sessionhosts/write
Remove-AzWvdSessionHost: sessionhosts/delete
Get-AzWvdUserSession: sessionhosts/usersessions/read
Remove-AzWvdUserSession: sessionhosts/usersessions/delete
Disconnect-AzWvdUserSession: sessionhosts/usersessions/disconnect/action
Send-AzWvdUserSessionMessage: sessionhosts/usersessions/sendMessage/action
New-AzWvdRegistrationInfo: write
Get-AzWvdRegistrationInfo: read
= Microsoft.DesktopVirtualization/applicationgroups
~AzWvdApplicationGroup
= Microsoft.DesktopVirtualization/workspaces
~AzWvdWorkspace
= Microsoft.DesktopVirtualization/scalingplans
~AzWvdScalingPlan
= Microsoft.DataFactory/factories
~AzDataFactoryV2
Get-AzDataFactoryV2Pipeline: pipelines/read
Set-AzDataFactoryV2Pipeline: pipelines/read pipelines/write
Invoke-AzDataFactoryV2Pipeline: pipelines/createrun/action
Get-AzDataFactoryV2PipelineRun: pipelineruns/read
Stop-AzDataFactoryV2PipelineRun: pipelineruns/cancel/action
Get-AzDataFactoryV2ActivityRun: pipelineruns/queryactivityruns/action
Get-AzDataFactoryV2Trigger: triggers/read
Start-AzDataFactoryV2Trigger: triggers/read triggers/start/action
Stop-AzDataFactoryV2Trigger: triggers/read triggers/stop/action
Get-AzDataFactoryV2IntegrationRuntime: integrationruntimes/read integrationruntimes/getstatus/read
Start-AzDataFactoryV2IntegrationRuntime: integrationruntimes/start/action
Stop-AzDataFactoryV2IntegrationRuntime: integrationruntimes/stop/action
= Microsoft.Synapse/workspaces
~AzSynapseWorkspace
Get-AzSynapseSqlPool: sqlPools/read
Suspend-AzSynapseSqlPool: sqlPools/pause/action
Resume-AzSynapseSqlPool: sqlPools/resume/action
New,Update-AzSynapseSqlPool: sqlPools/read sqlPools/write
Get-AzSynapseSparkPool: bigDataPools/read
= Microsoft.AnalysisServices/servers
~AzAnalysisServicesServer
Suspend-AzAnalysisServicesServer: suspend/action
Resume-AzAnalysisServicesServer: resume/action
= Microsoft.PowerBIDedicated/capacities
~AzPowerBIEmbeddedCapacity
Suspend-AzPowerBIEmbeddedCapacity: suspend/action
Resume-AzPowerBIEmbeddedCapacity: resume/action
= Microsoft.Databricks/workspaces
~AzDatabricksWorkspace
= Microsoft.HDInsight/clusters
~AzHDInsightCluster
Set-AzHDInsightClusterSize: roles/resize/action
= Microsoft.Kusto/clusters
~AzKustoCluster
Start-AzKustoCluster: start/action
Stop-AzKustoCluster: stop/action
= Microsoft.StreamAnalytics/streamingjobs
~AzStreamAnalyticsJob
Start-AzStreamAnalyticsJob: Start/action
Stop-AzStreamAnalyticsJob: Stop/action
= Microsoft.EventHub/namespaces
~AzEventHubNamespace
Get-AzEventHubKey: authorizationRules/listkeys/action
= Microsoft.EventHub/namespaces/eventhubs
~AzEventHub
= Microsoft.ServiceBus/namespaces
~AzServiceBusNamespace
Get-AzServiceBusKey: authorizationRules/listkeys/action
= Microsoft.ServiceBus/namespaces/queues
~AzServiceBusQueue
= Microsoft.ServiceBus/namespaces/topics
~AzServiceBusTopic
= Microsoft.EventGrid/topics
~AzEventGridTopic
= Microsoft.EventGrid/eventSubscriptions
~AzEventGridSubscription
= Microsoft.Relay/namespaces
~AzRelayNamespace
= Microsoft.Batch/batchAccounts
~AzBatchAccount
Get-AzBatchAccountKey: listkeys/action
= Microsoft.Devices/iotHubs
~AzIotHub
= Microsoft.Search/searchServices
~AzSearchService
= Microsoft.CognitiveServices/accounts
~AzCognitiveServicesAccount
Get-AzCognitiveServicesAccountKey: listKeys/action
= Microsoft.ApiManagement/service
~AzApiManagement
New-AzApiManagementContext: -
Backup-AzApiManagement: backup/action
Restore-AzApiManagement: restore/action
= Microsoft.Maintenance/maintenanceConfigurations
~AzMaintenanceConfiguration
= Microsoft.HybridCompute/machines
~AzConnectedMachine
Get-AzConnectedMachineExtension: extensions/read
New,Set,Update-AzConnectedMachineExtension: extensions/read extensions/write
= Microsoft.Security/pricings
Get-AzSecurityPricing: read
Set-AzSecurityPricing: read write
Get-AzSecurityAlert: Microsoft.Security/alerts/read
Get-AzSecurityAssessment: Microsoft.Security/assessments/read
= Microsoft.Advisor/recommendations
Get-AzAdvisorRecommendation: read
= Microsoft.Consumption/usageDetails
Get-AzConsumptionUsageDetail: read
Get-AzConsumptionBudget: Microsoft.Consumption/budgets/read
New-AzConsumptionBudget: Microsoft.Consumption/budgets/read Microsoft.Consumption/budgets/write
Get-AzUsageAggregate,Get-UsageAggregates: Microsoft.Commerce/UsageAggregates/read
Invoke-AzCostManagementQuery: Microsoft.CostManagement/query/action
= Microsoft.Support/supportTickets
Get-AzSupportTicket: read
= Microsoft.ResourceHealth/availabilityStatuses
Get-AzResourceHealth: read
= Microsoft.AppConfiguration/configurationStores
~AzAppConfigurationStore
= Microsoft.Purview/accounts
~AzPurviewAccount
= Microsoft.SignalRService/SignalR
~AzSignalR
Restart-AzSignalR: restart/action
= Microsoft.Media/mediaservices
~AzMediaService
= Microsoft.Network/locations
!AzLoadBalancerRuleConfig AzLoadBalancerProbeConfig AzLoadBalancerFrontendIpConfig AzLoadBalancerOutboundRuleConfig
!AzLoadBalancerInboundNatRuleConfig AzLoadBalancerInboundNatPoolConfig AzLoadBalancerBackendAddressPoolConfig
!AzApplicationGatewayBackendAddressPool AzApplicationGatewayBackendHttpSetting AzApplicationGatewayBackendHttpSettings
!AzApplicationGatewayHttpListener AzApplicationGatewaySslCertificate AzApplicationGatewayRequestRoutingRule
!AzApplicationGatewayFrontendIPConfig AzApplicationGatewayFrontendPort AzApplicationGatewayIPConfiguration
!AzApplicationGatewayProbeConfig AzApplicationGatewayUrlPathMapConfig AzApplicationGatewayPathRuleConfig
!AzApplicationGatewaySku AzApplicationGatewaySslPolicy AzApplicationGatewayAutoscaleConfiguration
!AzApplicationGatewayAuthenticationCertificate AzApplicationGatewayTrustedRootCertificate
!AzApplicationGatewayRedirectConfiguration AzApplicationGatewayWebApplicationFirewallConfiguration
!AzApplicationGatewayConnectionDraining AzApplicationGatewayCustomError AzApplicationGatewayHttpListenerCustomError
!AzVirtualNetworkGatewayIpConfig AzRouteFilterRuleConfig AzExpressRouteCircuitPeeringConfig AzDelegation
!AzFirewallApplicationRule AzFirewallApplicationRuleCollection AzFirewallNatRule AzFirewallNatRuleCollection
!AzFirewallNetworkRule AzFirewallNetworkRuleCollection AzIpsecPolicy AzPublicIpTag AzVpnClientIpsecPolicy
!AzTrafficManagerEndpointConfig AzPacketCaptureFilterConfig AzNetworkWatcherProtocolConfiguration
Get-AzNetworkUsage: usages/read
Get-AzVirtualNetworkAvailableEndpointService: virtualNetworkAvailableEndpointServices/read
Test-AzDnsAvailability: checkDnsNameAvailability/read
Test-AzPrivateIPAddressAvailability: Microsoft.Network/virtualNetworks/checkIpAddressAvailability/read
= Microsoft.Network/ddosProtectionPlans
~AzDdosProtectionPlan
= Microsoft.Network/networkProfiles
~AzNetworkProfile
= Microsoft.Network/routeFilters
~AzRouteFilter
= Microsoft.Network/serviceEndpointPolicies
~AzServiceEndpointPolicy
= Microsoft.Network/virtualHubs
~AzVirtualHub
= Microsoft.Network/virtualWans
~AzVirtualWan
= Microsoft.Network/vpnGateways
~AzVpnGateway
= Microsoft.Network/vpnSites
~AzVpnSite
= Microsoft.Network/networkWatchers/packetCaptures
~AzNetworkWatcherPacketCapture
Stop-AzNetworkWatcherPacketCapture: stop/action
= Microsoft.Network/networkWatchers/connectionMonitors
~AzNetworkWatcherConnectionMonitor
Start-AzNetworkWatcherConnectionMonitor: start/action
Stop-AzNetworkWatcherConnectionMonitor: stop/action
= Microsoft.Compute/virtualMachines/extensions
Set-AzVMADDomainExtension,Set-AzVMSqlServerExtension,Set-AzVMBackupExtension,Set-AzVMAEMExtension: read write
Get-AzVMADDomainExtension,Get-AzVMSqlServerExtension,Get-AzVMDiagnosticsExtension,Get-AzVMAEMExtension: read
Get-AzVMDscExtensionStatus: read Microsoft.Compute/virtualMachines/instanceView/read
Remove-AzVMDiagnosticsExtension,Remove-AzVMDscExtension,Remove-AzVMSqlServerExtension,Remove-AzVMAEMExtension: delete
Disable-AzVMDiskEncryption: read write delete Microsoft.Compute/virtualMachines/write
Remove-AzVMDiskEncryptionExtension: delete
!AzVMDataDisk AzVMSecret AzVMAdditionalUnattendContent AzVmssDataDisk AzVmssSecret AzVmssSshPublicKey
!AzVmssNetworkInterfaceConfiguration AzVmssVaultCertificateConfig AzVmssDiagnosticsExtension AzImageDataDisk
!AzDiskDiskEncryptionKey AzDiskKeyEncryptionKey AzDiskImageReference AzDiskUpdateDiskEncryptionKey
!AzSnapshotDiskEncryptionKey AzSnapshotKeyEncryptionKey AzVmssBootDiagnostic AzVmssRollingUpgradePolicy
Get-AzRemoteDesktopFile: Microsoft.Compute/virtualMachines/read Microsoft.Network/networkInterfaces/read
  Microsoft.Network/publicIPAddresses/read
Invoke-AzVmssVMRunCommand: Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action
= Microsoft.Storage/storageAccounts/fileServices
Get-AzStorageFile: data:Microsoft.Storage/storageAccounts/fileServices/fileshares/files/read
Get-AzStorageFileContent: data:Microsoft.Storage/storageAccounts/fileServices/fileshares/files/read
Set-AzStorageFileContent: data:Microsoft.Storage/storageAccounts/fileServices/fileshares/files/write
New-AzStorageDirectory: data:Microsoft.Storage/storageAccounts/fileServices/fileshares/files/write
Remove-AzStorageFile: data:Microsoft.Storage/storageAccounts/fileServices/fileshares/files/delete
Remove-AzStorageDirectory: data:Microsoft.Storage/storageAccounts/fileServices/fileshares/files/delete
Start-AzStorageFileCopy: data:Microsoft.Storage/storageAccounts/fileServices/fileshares/files/write
Set-AzStorageShareQuota: shares/write
Get-AzStorageContainerAcl: Microsoft.Storage/storageAccounts/blobServices/containers/read
Set-AzStorageContainerAcl: Microsoft.Storage/storageAccounts/blobServices/containers/write
Stop-AzStorageBlobCopy: data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write
Enable-AzStorageDeleteRetentionPolicy: Microsoft.Storage/storageAccounts/blobServices/write
Disable-AzStorageDeleteRetentionPolicy: Microsoft.Storage/storageAccounts/blobServices/write
= Microsoft.Automation/automationAccounts/sourceControls
~AzAutomationSourceControl
Start-AzAutomationSourceControlSyncJob: sourceControlSyncJobs/write
Get-AzAutomationSourceControlSyncJob: sourceControlSyncJobs/read
= Microsoft.Automation/automationAccounts/nodeConfigurations
~AzAutomationDscNodeConfiguration
Import-AzAutomationDscNodeConfiguration: write
Import-AzAutomationModule: Microsoft.Automation/automationAccounts/modules/read
  Microsoft.Automation/automationAccounts/modules/write
Get-AzAutomationDscNodeReport: Microsoft.Automation/automationAccounts/nodes/reports/read
= Microsoft.Sql/servers/virtualNetworkRules
~AzSqlServerVirtualNetworkRule
= Microsoft.Sql/servers/dnsAliases
~AzSqlServerDnsAlias
= Microsoft.Sql/servers/databases/replicationLinks
New-AzSqlDatabaseSecondary: Microsoft.Sql/servers/databases/read Microsoft.Sql/servers/databases/write
Remove-AzSqlDatabaseSecondary: delete
Add-AzSqlDatabaseToFailoverGroup: Microsoft.Sql/servers/failoverGroups/read Microsoft.Sql/servers/failoverGroups/write
Remove-AzSqlDatabaseFromFailoverGroup: Microsoft.Sql/servers/failoverGroups/read
  Microsoft.Sql/servers/failoverGroups/write
= Microsoft.Sql/servers/databases/backupLongTermRetentionPolicies
Get-AzSqlDatabaseBackupLongTermRetentionPolicy: read
Set-AzSqlDatabaseBackupLongTermRetentionPolicy: read write
Get-AzSqlDatabaseLongTermRetentionBackup:
  Microsoft.Sql/locations/longTermRetentionServers/longTermRetentionDatabases/longTermRetentionBackups/read
Remove-AzSqlDatabaseLongTermRetentionBackup:
  Microsoft.Sql/locations/longTermRetentionServers/longTermRetentionDatabases/longTermRetentionBackups/delete
= Microsoft.KeyVault/vaults/certificates
Get-AzKeyVaultCertificateOperation: data:Microsoft.KeyVault/vaults/certificates/read
Get-AzKeyVaultCertificatePolicy: data:Microsoft.KeyVault/vaults/certificates/read
Update-AzKeyVaultCertificate: data:Microsoft.KeyVault/vaults/certificates/update/action
Backup-AzKeyVaultCertificate: data:Microsoft.KeyVault/vaults/certificates/backup/action
Backup-AzKeyVaultKey: data:Microsoft.KeyVault/vaults/keys/backup/action
Restore-AzKeyVaultKey: data:Microsoft.KeyVault/vaults/keys/restore/action
Undo-AzKeyVaultSecretRemoval: data:Microsoft.KeyVault/vaults/secrets/recover/action
Set-AzKeyVaultSecretAttribute: data:Microsoft.KeyVault/vaults/secrets/setSecret/action
= Microsoft.Web/sites/slots
Get-AzWebAppSlotPublishingProfile: publishxml/Action
Swap-AzWebAppSlot: slotsswap/Action Microsoft.Web/sites/slotsswap/Action
= Microsoft.Web/sites/backups
Get-AzWebAppBackupConfiguration: Microsoft.Web/sites/config/Read
Edit-AzWebAppBackupConfiguration: Microsoft.Web/sites/config/Read Microsoft.Web/sites/config/Write
Restore-AzWebAppBackup: restore/Action
Remove-AzWebAppBackup: Delete
Get-AzDeletedWebApp: Microsoft.Web/deletedSites/Read
= Microsoft.Cache/redis/firewallRules
~AzRedisCacheFirewallRule
= Microsoft.EventHub/namespaces/eventhubs/consumergroups
~AzEventHubConsumerGroup
= Microsoft.ServiceBus/namespaces/topics/subscriptions
~AzServiceBusSubscription
= Microsoft.Batch/batchAccounts/pools
~AzBatchPool
Start-AzBatchPoolResize: write
Get-AzBatchAccountKeys: Microsoft.Batch/batchAccounts/listkeys/action
= Microsoft.DataFactory/factories/datasets
~AzDataFactoryV2Dataset
= Microsoft.DataFactory/factories/linkedServices
~AzDataFactoryV2LinkedService
= Microsoft.DataFactory/factories/triggers
Get-AzDataFactoryV2TriggerRun: Microsoft.DataFactory/factories/querytriggerruns/read
Set-AzDataFactoryV2Trigger: read write
Remove-AzDataFactoryV2Trigger: delete
= Microsoft.RecoveryServices/Vaults/replicationJobs
Restart-AzRecoveryServicesAsrJob: restart/action
Resume-AzRecoveryServicesAsrJob: resume/action
Stop-AzRecoveryServicesAsrJob: cancel/action
Get-AzRecoveryServicesAsrPolicy: Microsoft.RecoveryServices/Vaults/replicationPolicies/read
Get-AzRecoveryServicesAsrVaultContext: -
Get-AzRecoveryServicesBackupStatus: Microsoft.RecoveryServices/locations/backupStatus/action
Get-AzRecoveryServicesBackupRetentionPolicyObject,Get-AzRecoveryServicesBackupSchedulePolicyObject: -
Start-AzRecoveryServicesAsrTestFailoverCleanupJob:
  Microsoft.RecoveryServices/Vaults/replicationRecoveryPlans/testFailoverCleanup/action
= Microsoft.Insights/alertRules
~AzAlertRule
Get-AzAlertHistory: Microsoft.Insights/eventtypes/values/read
"""
