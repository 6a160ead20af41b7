// Made by generate.mjs from the OpenAPI document of Kubernetes v1.32.3
// (Copyright The Kubernetes Authors, Apache-2.0). One type a line; read by schema.ts.

export const FIELDS = `
apiextensions.v1.CustomResourceColumnDefinition description=string format=string jsonPath!=string name!=string priority=int type!=string
apiextensions.v1.CustomResourceConversion strategy!=string webhook=apiextensions.v1.WebhookConversion
apiextensions.v1.CustomResourceDefinition apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=apiextensions.v1.CustomResourceDefinitionSpec status=apiextensions.v1.CustomResourceDefinitionStatus
apiextensions.v1.CustomResourceDefinitionCondition lastTransitionTime=time message=string reason=string status!=string type!=string
apiextensions.v1.CustomResourceDefinitionNames categories=[string] kind!=string listKind=string plural!=string shortNames=[string] singular=string
apiextensions.v1.CustomResourceDefinitionSpec conversion=apiextensions.v1.CustomResourceConversion group!=string names!=apiextensions.v1.CustomResourceDefinitionNames preserveUnknownFields=bool scope!=string versions!=[apiextensions.v1.CustomResourceDefinitionVersion]
apiextensions.v1.CustomResourceDefinitionStatus acceptedNames=apiextensions.v1.CustomResourceDefinitionNames conditions=[apiextensions.v1.CustomResourceDefinitionCondition]~type storedVersions=[string]
apiextensions.v1.CustomResourceDefinitionVersion additionalPrinterColumns=[apiextensions.v1.CustomResourceColumnDefinition] deprecated=bool deprecationWarning=string name!=string schema=apiextensions.v1.CustomResourceValidation selectableFields=[apiextensions.v1.SelectableField] served!=bool storage!=bool subresources=apiextensions.v1.CustomResourceSubresources
apiextensions.v1.CustomResourceSubresourceScale labelSelectorPath=string specReplicasPath!=string statusReplicasPath!=string
apiextensions.v1.CustomResourceSubresourceStatus
apiextensions.v1.CustomResourceSubresources scale=apiextensions.v1.CustomResourceSubresourceScale status=apiextensions.v1.CustomResourceSubresourceStatus
apiextensions.v1.CustomResourceValidation openAPIV3Schema=apiextensions.v1.JSONSchemaProps
apiextensions.v1.ExternalDocumentation description=string url=string
apiextensions.v1.JSONSchemaProps $ref=string $schema=string additionalItems=any additionalProperties=any allOf=[apiextensions.v1.JSONSchemaProps] anyOf=[apiextensions.v1.JSONSchemaProps] default=any definitions={apiextensions.v1.JSONSchemaProps} dependencies={any} description=string enum=[any] example=any exclusiveMaximum=bool exclusiveMinimum=bool externalDocs=apiextensions.v1.ExternalDocumentation format=string id=string items=any maxItems=long maxLength=long maxProperties=long maximum=number minItems=long minLength=long minProperties=long minimum=number multipleOf=number not=apiextensions.v1.JSONSchemaProps nullable=bool oneOf=[apiextensions.v1.JSONSchemaProps] pattern=string patternProperties={apiextensions.v1.JSONSchemaProps} properties={apiextensions.v1.JSONSchemaProps} required=[string] title=string type=string uniqueItems=bool x-kubernetes-embedded-resource=bool x-kubernetes-int-or-string=bool x-kubernetes-list-map-keys=[string] x-kubernetes-list-type=string x-kubernetes-map-type=string x-kubernetes-preserve-unknown-fields=bool x-kubernetes-validations=[apiextensions.v1.ValidationRule]~rule^merge:rule
apiextensions.v1.SelectableField jsonPath!=string
apiextensions.v1.ServiceReference name!=string namespace!=string path=string port=int
apiextensions.v1.ValidationRule fieldPath=string message=string messageExpression=string optionalOldSelf=bool reason=string rule!=string
apiextensions.v1.WebhookClientConfig caBundle=bytes service=apiextensions.v1.ServiceReference url=string
apiextensions.v1.WebhookConversion clientConfig=apiextensions.v1.WebhookClientConfig conversionReviewVersions!=[string]
apps.v1.DaemonSet apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=apps.v1.DaemonSetSpec status=apps.v1.DaemonSetStatus
apps.v1.DaemonSetCondition lastTransitionTime=time message=string reason=string status!=string type!=string
apps.v1.DaemonSetSpec minReadySeconds=int revisionHistoryLimit=int selector!=meta.v1.LabelSelector template!=core.v1.PodTemplateSpec updateStrategy=apps.v1.DaemonSetUpdateStrategy
apps.v1.DaemonSetStatus collisionCount=int conditions=[apps.v1.DaemonSetCondition]~type^merge:type currentNumberScheduled!=int desiredNumberScheduled!=int numberAvailable=int numberMisscheduled!=int numberReady!=int numberUnavailable=int observedGeneration=long updatedNumberScheduled=int
apps.v1.DaemonSetUpdateStrategy rollingUpdate=apps.v1.RollingUpdateDaemonSet type=string
apps.v1.Deployment apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=apps.v1.DeploymentSpec status=apps.v1.DeploymentStatus
apps.v1.DeploymentCondition lastTransitionTime=time lastUpdateTime=time message=string reason=string status!=string type!=string
apps.v1.DeploymentSpec minReadySeconds=int paused=bool progressDeadlineSeconds=int replicas=int revisionHistoryLimit=int selector!=meta.v1.LabelSelector strategy=apps.v1.DeploymentStrategy^retainKeys template!=core.v1.PodTemplateSpec
apps.v1.DeploymentStatus availableReplicas=int collisionCount=int conditions=[apps.v1.DeploymentCondition]~type^merge:type observedGeneration=long readyReplicas=int replicas=int unavailableReplicas=int updatedReplicas=int
apps.v1.DeploymentStrategy rollingUpdate=apps.v1.RollingUpdateDeployment type=string
apps.v1.ReplicaSet apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=apps.v1.ReplicaSetSpec status=apps.v1.ReplicaSetStatus
apps.v1.ReplicaSetCondition lastTransitionTime=time message=string reason=string status!=string type!=string
apps.v1.ReplicaSetSpec minReadySeconds=int replicas=int selector!=meta.v1.LabelSelector template=core.v1.PodTemplateSpec
apps.v1.ReplicaSetStatus availableReplicas=int conditions=[apps.v1.ReplicaSetCondition]~type^merge:type fullyLabeledReplicas=int observedGeneration=long readyReplicas=int replicas!=int
apps.v1.RollingUpdateDaemonSet maxSurge=intorstring maxUnavailable=intorstring
apps.v1.RollingUpdateDeployment maxSurge=intorstring maxUnavailable=intorstring
apps.v1.RollingUpdateStatefulSetStrategy maxUnavailable=intorstring partition=int
apps.v1.StatefulSet apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=apps.v1.StatefulSetSpec status=apps.v1.StatefulSetStatus
apps.v1.StatefulSetCondition lastTransitionTime=time message=string reason=string status!=string type!=string
apps.v1.StatefulSetOrdinals start=int
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted=string whenScaled=string
apps.v1.StatefulSetSpec minReadySeconds=int ordinals=apps.v1.StatefulSetOrdinals persistentVolumeClaimRetentionPolicy=apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy=string replicas=int revisionHistoryLimit=int selector!=meta.v1.LabelSelector serviceName!=string template!=core.v1.PodTemplateSpec updateStrategy=apps.v1.StatefulSetUpdateStrategy volumeClaimTemplates=[core.v1.PersistentVolumeClaim]
apps.v1.StatefulSetStatus availableReplicas=int collisionCount=int conditions=[apps.v1.StatefulSetCondition]~type^merge:type currentReplicas=int currentRevision=string observedGeneration=long readyReplicas=int replicas!=int updateRevision=string updatedReplicas=int
apps.v1.StatefulSetUpdateStrategy rollingUpdate=apps.v1.RollingUpdateStatefulSetStrategy type=string
authentication.v1.BoundObjectReference apiVersion=string kind=string name=string uid=string
authentication.v1.SelfSubjectReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta status=authentication.v1.SelfSubjectReviewStatus
authentication.v1.SelfSubjectReviewStatus userInfo=authentication.v1.UserInfo
authentication.v1.TokenRequest apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=authentication.v1.TokenRequestSpec status=authentication.v1.TokenRequestStatus
authentication.v1.TokenRequestSpec audiences!=[string] boundObjectRef=authentication.v1.BoundObjectReference expirationSeconds=long
authentication.v1.TokenRequestStatus expirationTimestamp!=time token!=string
authentication.v1.TokenReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=authentication.v1.TokenReviewSpec status=authentication.v1.TokenReviewStatus
authentication.v1.TokenReviewSpec audiences=[string] token=string
authentication.v1.TokenReviewStatus audiences=[string] authenticated=bool error=string user=authentication.v1.UserInfo
authentication.v1.UserInfo extra={[string]} groups=[string] uid=string username=string
authorization.v1.FieldSelectorAttributes rawSelector=string requirements=[meta.v1.FieldSelectorRequirement]
authorization.v1.LabelSelectorAttributes rawSelector=string requirements=[meta.v1.LabelSelectorRequirement]
authorization.v1.LocalSubjectAccessReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=authorization.v1.SubjectAccessReviewSpec status=authorization.v1.SubjectAccessReviewStatus
authorization.v1.NonResourceAttributes path=string verb=string
authorization.v1.NonResourceRule nonResourceURLs=[string] verbs!=[string]
authorization.v1.ResourceAttributes fieldSelector=authorization.v1.FieldSelectorAttributes group=string labelSelector=authorization.v1.LabelSelectorAttributes name=string namespace=string resource=string subresource=string verb=string version=string
authorization.v1.ResourceRule apiGroups=[string] resourceNames=[string] resources=[string] verbs!=[string]
authorization.v1.SelfSubjectAccessReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=authorization.v1.SelfSubjectAccessReviewSpec status=authorization.v1.SubjectAccessReviewStatus
authorization.v1.SelfSubjectAccessReviewSpec nonResourceAttributes=authorization.v1.NonResourceAttributes resourceAttributes=authorization.v1.ResourceAttributes
authorization.v1.SelfSubjectRulesReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=authorization.v1.SelfSubjectRulesReviewSpec status=authorization.v1.SubjectRulesReviewStatus
authorization.v1.SelfSubjectRulesReviewSpec namespace=string
authorization.v1.SubjectAccessReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=authorization.v1.SubjectAccessReviewSpec status=authorization.v1.SubjectAccessReviewStatus
authorization.v1.SubjectAccessReviewSpec extra={[string]} groups=[string] nonResourceAttributes=authorization.v1.NonResourceAttributes resourceAttributes=authorization.v1.ResourceAttributes uid=string user=string
authorization.v1.SubjectAccessReviewStatus allowed!=bool denied=bool evaluationError=string reason=string
authorization.v1.SubjectRulesReviewStatus evaluationError=string incomplete!=bool nonResourceRules!=[authorization.v1.NonResourceRule] resourceRules!=[authorization.v1.ResourceRule]
autoscaling.v1.Scale apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=autoscaling.v1.ScaleSpec status=autoscaling.v1.ScaleStatus
autoscaling.v1.ScaleSpec replicas=int
autoscaling.v1.ScaleStatus replicas!=int selector=string
batch.v1.CronJob apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=batch.v1.CronJobSpec status=batch.v1.CronJobStatus
batch.v1.CronJobSpec concurrencyPolicy=string failedJobsHistoryLimit=int jobTemplate!=batch.v1.JobTemplateSpec schedule!=string startingDeadlineSeconds=long successfulJobsHistoryLimit=int suspend=bool timeZone=string
batch.v1.CronJobStatus active=[core.v1.ObjectReference] lastScheduleTime=time lastSuccessfulTime=time
batch.v1.Job apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=batch.v1.JobSpec status=batch.v1.JobStatus
batch.v1.JobCondition lastProbeTime=time lastTransitionTime=time message=string reason=string status!=string type!=string
batch.v1.JobSpec activeDeadlineSeconds=long backoffLimit=int backoffLimitPerIndex=int completionMode=string completions=int managedBy=string manualSelector=bool maxFailedIndexes=int parallelism=int podFailurePolicy=batch.v1.PodFailurePolicy podReplacementPolicy=string selector=meta.v1.LabelSelector successPolicy=batch.v1.SuccessPolicy suspend=bool template!=core.v1.PodTemplateSpec ttlSecondsAfterFinished=int
batch.v1.JobStatus active=int completedIndexes=string completionTime=time conditions=[batch.v1.JobCondition]^merge:type failed=int failedIndexes=string ready=int startTime=time succeeded=int terminating=int uncountedTerminatedPods=batch.v1.UncountedTerminatedPods
batch.v1.JobTemplateSpec metadata=meta.v1.ObjectMeta spec=batch.v1.JobSpec
batch.v1.PodFailurePolicy rules!=[batch.v1.PodFailurePolicyRule]
batch.v1.PodFailurePolicyOnExitCodesRequirement containerName=string operator!=string values!=[int]~set
batch.v1.PodFailurePolicyOnPodConditionsPattern status!=string type!=string
batch.v1.PodFailurePolicyRule action!=string onExitCodes=batch.v1.PodFailurePolicyOnExitCodesRequirement onPodConditions=[batch.v1.PodFailurePolicyOnPodConditionsPattern]
batch.v1.SuccessPolicy rules!=[batch.v1.SuccessPolicyRule]
batch.v1.SuccessPolicyRule succeededCount=int succeededIndexes=string
batch.v1.UncountedTerminatedPods failed=[string]~set succeeded=[string]~set
coordination.v1.Lease apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=coordination.v1.LeaseSpec
coordination.v1.LeaseSpec acquireTime=microtime holderIdentity=string leaseDurationSeconds=int leaseTransitions=int preferredHolder=string renewTime=microtime strategy=string
core.v1.AWSElasticBlockStoreVolumeSource fsType=string partition=int readOnly=bool volumeID!=string
core.v1.Affinity nodeAffinity=core.v1.NodeAffinity podAffinity=core.v1.PodAffinity podAntiAffinity=core.v1.PodAntiAffinity
core.v1.AppArmorProfile localhostProfile=string type!=string
core.v1.AttachedVolume devicePath!=string name!=string
core.v1.AzureDiskVolumeSource cachingMode=string diskName!=string diskURI!=string fsType=string kind=string readOnly=bool
core.v1.AzureFilePersistentVolumeSource readOnly=bool secretName!=string secretNamespace=string shareName!=string
core.v1.AzureFileVolumeSource readOnly=bool secretName!=string shareName!=string
core.v1.Binding apiVersion=string kind=string metadata=meta.v1.ObjectMeta target!=core.v1.ObjectReference
core.v1.CSIPersistentVolumeSource controllerExpandSecretRef=core.v1.SecretReference controllerPublishSecretRef=core.v1.SecretReference driver!=string fsType=string nodeExpandSecretRef=core.v1.SecretReference nodePublishSecretRef=core.v1.SecretReference nodeStageSecretRef=core.v1.SecretReference readOnly=bool volumeAttributes={string} volumeHandle!=string
core.v1.CSIVolumeSource driver!=string fsType=string nodePublishSecretRef=core.v1.LocalObjectReference readOnly=bool volumeAttributes={string}
core.v1.Capabilities add=[string] drop=[string]
core.v1.CephFSPersistentVolumeSource monitors!=[string] path=string readOnly=bool secretFile=string secretRef=core.v1.SecretReference user=string
core.v1.CephFSVolumeSource monitors!=[string] path=string readOnly=bool secretFile=string secretRef=core.v1.LocalObjectReference user=string
core.v1.CinderPersistentVolumeSource fsType=string readOnly=bool secretRef=core.v1.SecretReference volumeID!=string
core.v1.CinderVolumeSource fsType=string readOnly=bool secretRef=core.v1.LocalObjectReference volumeID!=string
core.v1.ClientIPConfig timeoutSeconds=int
core.v1.ClusterTrustBundleProjection labelSelector=meta.v1.LabelSelector name=string optional=bool path!=string signerName=string
core.v1.ConfigMap apiVersion=string binaryData={bytes} data={string} immutable=bool kind=string metadata=meta.v1.ObjectMeta
core.v1.ConfigMapEnvSource name=string optional=bool
core.v1.ConfigMapKeySelector ~atomic key!=string name=string optional=bool
core.v1.ConfigMapNodeConfigSource kubeletConfigKey!=string name!=string namespace!=string resourceVersion=string uid=string
core.v1.ConfigMapProjection items=[core.v1.KeyToPath] name=string optional=bool
core.v1.ConfigMapVolumeSource defaultMode=int items=[core.v1.KeyToPath] name=string optional=bool
core.v1.Container args=[string] command=[string] env=[core.v1.EnvVar]~name^merge:name envFrom=[core.v1.EnvFromSource] image=string imagePullPolicy=string lifecycle=core.v1.Lifecycle livenessProbe=core.v1.Probe name!=string ports=[core.v1.ContainerPort]~containerPort+protocol^merge:containerPort readinessProbe=core.v1.Probe resizePolicy=[core.v1.ContainerResizePolicy] resources=core.v1.ResourceRequirements restartPolicy=string securityContext=core.v1.SecurityContext startupProbe=core.v1.Probe stdin=bool stdinOnce=bool terminationMessagePath=string terminationMessagePolicy=string tty=bool volumeDevices=[core.v1.VolumeDevice]~devicePath^merge:devicePath volumeMounts=[core.v1.VolumeMount]~mountPath^merge:mountPath workingDir=string
core.v1.ContainerImage names=[string] sizeBytes=long
core.v1.ContainerPort containerPort!=int hostIP=string hostPort=int name=string protocol=string
core.v1.ContainerResizePolicy resourceName!=string restartPolicy!=string
core.v1.ContainerState running=core.v1.ContainerStateRunning terminated=core.v1.ContainerStateTerminated waiting=core.v1.ContainerStateWaiting
core.v1.ContainerStateRunning startedAt=time
core.v1.ContainerStateTerminated containerID=string exitCode!=int finishedAt=time message=string reason=string signal=int startedAt=time
core.v1.ContainerStateWaiting message=string reason=string
core.v1.ContainerStatus allocatedResources={quantity} allocatedResourcesStatus=[core.v1.ResourceStatus]~name^merge:name containerID=string image!=string imageID!=string lastState=core.v1.ContainerState name!=string ready!=bool resources=core.v1.ResourceRequirements restartCount!=int started=bool state=core.v1.ContainerState user=core.v1.ContainerUser volumeMounts=[core.v1.VolumeMountStatus]~mountPath^merge:mountPath
core.v1.ContainerUser linux=core.v1.LinuxContainerUser
core.v1.DaemonEndpoint Port!=int
core.v1.DownwardAPIProjection items=[core.v1.DownwardAPIVolumeFile]
core.v1.DownwardAPIVolumeFile fieldRef=core.v1.ObjectFieldSelector mode=int path!=string resourceFieldRef=core.v1.ResourceFieldSelector
core.v1.DownwardAPIVolumeSource defaultMode=int items=[core.v1.DownwardAPIVolumeFile]
core.v1.EmptyDirVolumeSource medium=string sizeLimit=quantity
core.v1.EndpointAddress ~atomic hostname=string ip!=string nodeName=string targetRef=core.v1.ObjectReference
core.v1.EndpointPort ~atomic appProtocol=string name=string port!=int protocol=string
core.v1.EndpointSubset addresses=[core.v1.EndpointAddress] notReadyAddresses=[core.v1.EndpointAddress] ports=[core.v1.EndpointPort]
core.v1.Endpoints apiVersion=string kind=string metadata=meta.v1.ObjectMeta subsets=[core.v1.EndpointSubset]
core.v1.EnvFromSource configMapRef=core.v1.ConfigMapEnvSource prefix=string secretRef=core.v1.SecretEnvSource
core.v1.EnvVar name!=string value=string valueFrom=core.v1.EnvVarSource
core.v1.EnvVarSource configMapKeyRef=core.v1.ConfigMapKeySelector fieldRef=core.v1.ObjectFieldSelector resourceFieldRef=core.v1.ResourceFieldSelector secretKeyRef=core.v1.SecretKeySelector
core.v1.EphemeralContainer args=[string] command=[string] env=[core.v1.EnvVar]~name^merge:name envFrom=[core.v1.EnvFromSource] image=string imagePullPolicy=string lifecycle=core.v1.Lifecycle livenessProbe=core.v1.Probe name!=string ports=[core.v1.ContainerPort]~containerPort+protocol^merge:containerPort readinessProbe=core.v1.Probe resizePolicy=[core.v1.ContainerResizePolicy] resources=core.v1.ResourceRequirements restartPolicy=string securityContext=core.v1.SecurityContext startupProbe=core.v1.Probe stdin=bool stdinOnce=bool targetContainerName=string terminationMessagePath=string terminationMessagePolicy=string tty=bool volumeDevices=[core.v1.VolumeDevice]~devicePath^merge:devicePath volumeMounts=[core.v1.VolumeMount]~mountPath^merge:mountPath workingDir=string
core.v1.EphemeralVolumeSource volumeClaimTemplate=core.v1.PersistentVolumeClaimTemplate
core.v1.Event action=string apiVersion=string count=int eventTime=microtime firstTimestamp=time involvedObject!=core.v1.ObjectReference kind=string lastTimestamp=time message=string metadata!=meta.v1.ObjectMeta reason=string related=core.v1.ObjectReference reportingComponent=string reportingInstance=string series=core.v1.EventSeries source=core.v1.EventSource type=string
core.v1.EventSeries count=int lastObservedTime=microtime
core.v1.EventSource component=string host=string
core.v1.ExecAction command=[string]
core.v1.FCVolumeSource fsType=string lun=int readOnly=bool targetWWNs=[string] wwids=[string]
core.v1.FlexPersistentVolumeSource driver!=string fsType=string options={string} readOnly=bool secretRef=core.v1.SecretReference
core.v1.FlexVolumeSource driver!=string fsType=string options={string} readOnly=bool secretRef=core.v1.LocalObjectReference
core.v1.FlockerVolumeSource datasetName=string datasetUUID=string
core.v1.GCEPersistentDiskVolumeSource fsType=string partition=int pdName!=string readOnly=bool
core.v1.GRPCAction port!=int service=string
core.v1.GitRepoVolumeSource directory=string repository!=string revision=string
core.v1.GlusterfsPersistentVolumeSource endpoints!=string endpointsNamespace=string path!=string readOnly=bool
core.v1.GlusterfsVolumeSource endpoints!=string path!=string readOnly=bool
core.v1.HTTPGetAction host=string httpHeaders=[core.v1.HTTPHeader] path=string port!=intorstring scheme=string
core.v1.HTTPHeader name!=string value!=string
core.v1.HostAlias hostnames=[string] ip!=string
core.v1.HostIP ip!=string
core.v1.HostPathVolumeSource path!=string type=string
core.v1.ISCSIPersistentVolumeSource chapAuthDiscovery=bool chapAuthSession=bool fsType=string initiatorName=string iqn!=string iscsiInterface=string lun!=int portals=[string] readOnly=bool secretRef=core.v1.SecretReference targetPortal!=string
core.v1.ISCSIVolumeSource chapAuthDiscovery=bool chapAuthSession=bool fsType=string initiatorName=string iqn!=string iscsiInterface=string lun!=int portals=[string] readOnly=bool secretRef=core.v1.LocalObjectReference targetPortal!=string
core.v1.ImageVolumeSource pullPolicy=string reference=string
core.v1.KeyToPath key!=string mode=int path!=string
core.v1.Lifecycle postStart=core.v1.LifecycleHandler preStop=core.v1.LifecycleHandler
core.v1.LifecycleHandler exec=core.v1.ExecAction httpGet=core.v1.HTTPGetAction sleep=core.v1.SleepAction tcpSocket=core.v1.TCPSocketAction
core.v1.LimitRange apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=core.v1.LimitRangeSpec
core.v1.LimitRangeItem default={quantity} defaultRequest={quantity} max={quantity} maxLimitRequestRatio={quantity} min={quantity} type!=string
core.v1.LimitRangeSpec limits!=[core.v1.LimitRangeItem]
core.v1.LinuxContainerUser gid!=long supplementalGroups=[long] uid!=long
core.v1.LoadBalancerIngress hostname=string ip=string ipMode=string ports=[core.v1.PortStatus]
core.v1.LoadBalancerStatus ingress=[core.v1.LoadBalancerIngress]
core.v1.LocalObjectReference ~atomic name=string
core.v1.LocalVolumeSource fsType=string path!=string
core.v1.ModifyVolumeStatus status!=string targetVolumeAttributesClassName=string
core.v1.NFSVolumeSource path!=string readOnly=bool server!=string
core.v1.Namespace apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=core.v1.NamespaceSpec status=core.v1.NamespaceStatus
core.v1.NamespaceCondition lastTransitionTime=time message=string reason=string status!=string type!=string
core.v1.NamespaceSpec finalizers=[string]
core.v1.NamespaceStatus conditions=[core.v1.NamespaceCondition]~type^merge:type phase=string
core.v1.Node apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=core.v1.NodeSpec status=core.v1.NodeStatus
core.v1.NodeAddress address!=string type!=string
core.v1.NodeAffinity preferredDuringSchedulingIgnoredDuringExecution=[core.v1.PreferredSchedulingTerm] requiredDuringSchedulingIgnoredDuringExecution=core.v1.NodeSelector
core.v1.NodeCondition lastHeartbeatTime=time lastTransitionTime=time message=string reason=string status!=string type!=string
core.v1.NodeConfigSource configMap=core.v1.ConfigMapNodeConfigSource
core.v1.NodeConfigStatus active=core.v1.NodeConfigSource assigned=core.v1.NodeConfigSource error=string lastKnownGood=core.v1.NodeConfigSource
core.v1.NodeDaemonEndpoints kubeletEndpoint=core.v1.DaemonEndpoint
core.v1.NodeFeatures supplementalGroupsPolicy=bool
core.v1.NodeRuntimeHandler features=core.v1.NodeRuntimeHandlerFeatures name=string
core.v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts=bool userNamespaces=bool
core.v1.NodeSelector ~atomic nodeSelectorTerms!=[core.v1.NodeSelectorTerm]
core.v1.NodeSelectorRequirement key!=string operator!=string values=[string]
core.v1.NodeSelectorTerm ~atomic matchExpressions=[core.v1.NodeSelectorRequirement] matchFields=[core.v1.NodeSelectorRequirement]
core.v1.NodeSpec configSource=core.v1.NodeConfigSource externalID=string podCIDR=string podCIDRs=[string]~set^merge providerID=string taints=[core.v1.Taint] unschedulable=bool
core.v1.NodeStatus addresses=[core.v1.NodeAddress]~type^merge:type allocatable={quantity} capacity={quantity} conditions=[core.v1.NodeCondition]~type^merge:type config=core.v1.NodeConfigStatus daemonEndpoints=core.v1.NodeDaemonEndpoints features=core.v1.NodeFeatures images=[core.v1.ContainerImage] nodeInfo=core.v1.NodeSystemInfo phase=string runtimeHandlers=[core.v1.NodeRuntimeHandler] volumesAttached=[core.v1.AttachedVolume] volumesInUse=[string]
core.v1.NodeSystemInfo architecture!=string bootID!=string containerRuntimeVersion!=string kernelVersion!=string kubeProxyVersion!=string kubeletVersion!=string machineID!=string operatingSystem!=string osImage!=string systemUUID!=string
core.v1.ObjectFieldSelector ~atomic apiVersion=string fieldPath!=string
core.v1.ObjectReference ~atomic apiVersion=string fieldPath=string kind=string name=string namespace=string resourceVersion=string uid=string
core.v1.PersistentVolume apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=core.v1.PersistentVolumeSpec status=core.v1.PersistentVolumeStatus
core.v1.PersistentVolumeClaim apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=core.v1.PersistentVolumeClaimSpec status=core.v1.PersistentVolumeClaimStatus
core.v1.PersistentVolumeClaimCondition lastProbeTime=time lastTransitionTime=time message=string reason=string status!=string type!=string
core.v1.PersistentVolumeClaimSpec accessModes=[string] dataSource=core.v1.TypedLocalObjectReference dataSourceRef=core.v1.TypedObjectReference resources=core.v1.VolumeResourceRequirements selector=meta.v1.LabelSelector storageClassName=string volumeAttributesClassName=string volumeMode=string volumeName=string
core.v1.PersistentVolumeClaimStatus accessModes=[string] allocatedResourceStatuses={string} allocatedResources={quantity} capacity={quantity} conditions=[core.v1.PersistentVolumeClaimCondition]~type^merge:type currentVolumeAttributesClassName=string modifyVolumeStatus=core.v1.ModifyVolumeStatus phase=string
core.v1.PersistentVolumeClaimTemplate metadata=meta.v1.ObjectMeta spec!=core.v1.PersistentVolumeClaimSpec
core.v1.PersistentVolumeClaimVolumeSource claimName!=string readOnly=bool
core.v1.PersistentVolumeSpec accessModes=[string] awsElasticBlockStore=core.v1.AWSElasticBlockStoreVolumeSource azureDisk=core.v1.AzureDiskVolumeSource azureFile=core.v1.AzureFilePersistentVolumeSource capacity={quantity} cephfs=core.v1.CephFSPersistentVolumeSource cinder=core.v1.CinderPersistentVolumeSource claimRef=core.v1.ObjectReference csi=core.v1.CSIPersistentVolumeSource fc=core.v1.FCVolumeSource flexVolume=core.v1.FlexPersistentVolumeSource flocker=core.v1.FlockerVolumeSource gcePersistentDisk=core.v1.GCEPersistentDiskVolumeSource glusterfs=core.v1.GlusterfsPersistentVolumeSource hostPath=core.v1.HostPathVolumeSource iscsi=core.v1.ISCSIPersistentVolumeSource local=core.v1.LocalVolumeSource mountOptions=[string] nfs=core.v1.NFSVolumeSource nodeAffinity=core.v1.VolumeNodeAffinity persistentVolumeReclaimPolicy=string photonPersistentDisk=core.v1.PhotonPersistentDiskVolumeSource portworxVolume=core.v1.PortworxVolumeSource quobyte=core.v1.QuobyteVolumeSource rbd=core.v1.RBDPersistentVolumeSource scaleIO=core.v1.ScaleIOPersistentVolumeSource storageClassName=string storageos=core.v1.StorageOSPersistentVolumeSource volumeAttributesClassName=string volumeMode=string vsphereVolume=core.v1.VsphereVirtualDiskVolumeSource
core.v1.PersistentVolumeStatus lastPhaseTransitionTime=time message=string phase=string reason=string
core.v1.PhotonPersistentDiskVolumeSource fsType=string pdID!=string
core.v1.Pod apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=core.v1.PodSpec status=core.v1.PodStatus
core.v1.PodAffinity preferredDuringSchedulingIgnoredDuringExecution=[core.v1.WeightedPodAffinityTerm] requiredDuringSchedulingIgnoredDuringExecution=[core.v1.PodAffinityTerm]
core.v1.PodAffinityTerm labelSelector=meta.v1.LabelSelector matchLabelKeys=[string] mismatchLabelKeys=[string] namespaceSelector=meta.v1.LabelSelector namespaces=[string] topologyKey!=string
core.v1.PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution=[core.v1.WeightedPodAffinityTerm] requiredDuringSchedulingIgnoredDuringExecution=[core.v1.PodAffinityTerm]
core.v1.PodCondition lastProbeTime=time lastTransitionTime=time message=string reason=string status!=string type!=string
core.v1.PodDNSConfig nameservers=[string] options=[core.v1.PodDNSConfigOption] searches=[string]
core.v1.PodDNSConfigOption name=string value=string
core.v1.PodIP ip!=string
core.v1.PodOS name!=string
core.v1.PodReadinessGate conditionType!=string
core.v1.PodResourceClaim name!=string resourceClaimName=string resourceClaimTemplateName=string
core.v1.PodResourceClaimStatus name!=string resourceClaimName=string
core.v1.PodSchedulingGate name!=string
core.v1.PodSecurityContext appArmorProfile=core.v1.AppArmorProfile fsGroup=long fsGroupChangePolicy=string runAsGroup=long runAsNonRoot=bool runAsUser=long seLinuxChangePolicy=string seLinuxOptions=core.v1.SELinuxOptions seccompProfile=core.v1.SeccompProfile supplementalGroups=[long] supplementalGroupsPolicy=string sysctls=[core.v1.Sysctl] windowsOptions=core.v1.WindowsSecurityContextOptions
core.v1.PodSpec activeDeadlineSeconds=long affinity=core.v1.Affinity automountServiceAccountToken=bool containers!=[core.v1.Container]~name^merge:name dnsConfig=core.v1.PodDNSConfig dnsPolicy=string enableServiceLinks=bool ephemeralContainers=[core.v1.EphemeralContainer]~name^merge:name hostAliases=[core.v1.HostAlias]~ip^merge:ip hostIPC=bool hostNetwork=bool hostPID=bool hostUsers=bool hostname=string imagePullSecrets=[core.v1.LocalObjectReference]~name^merge:name initContainers=[core.v1.Container]~name^merge:name nodeName=string nodeSelector={string}~atomic os=core.v1.PodOS overhead={quantity} preemptionPolicy=string priority=int priorityClassName=string readinessGates=[core.v1.PodReadinessGate] resourceClaims=[core.v1.PodResourceClaim]~name^merge,retainKeys:name resources=core.v1.ResourceRequirements restartPolicy=string runtimeClassName=string schedulerName=string schedulingGates=[core.v1.PodSchedulingGate]~name^merge:name securityContext=core.v1.PodSecurityContext serviceAccount=string serviceAccountName=string setHostnameAsFQDN=bool shareProcessNamespace=bool subdomain=string terminationGracePeriodSeconds=long tolerations=[core.v1.Toleration] topologySpreadConstraints=[core.v1.TopologySpreadConstraint]~topologyKey+whenUnsatisfiable^merge:topologyKey volumes=[core.v1.Volume]~name^merge,retainKeys:name
core.v1.PodStatus conditions=[core.v1.PodCondition]~type^merge:type containerStatuses=[core.v1.ContainerStatus] ephemeralContainerStatuses=[core.v1.ContainerStatus] hostIP=string hostIPs=[core.v1.HostIP]^merge:ip initContainerStatuses=[core.v1.ContainerStatus] message=string nominatedNodeName=string phase=string podIP=string podIPs=[core.v1.PodIP]~ip^merge:ip qosClass=string reason=string resize=string resourceClaimStatuses=[core.v1.PodResourceClaimStatus]~name^merge,retainKeys:name startTime=time
core.v1.PodTemplateSpec metadata=meta.v1.ObjectMeta spec=core.v1.PodSpec
core.v1.PortStatus error=string port!=int protocol!=string
core.v1.PortworxVolumeSource fsType=string readOnly=bool volumeID!=string
core.v1.PreferredSchedulingTerm preference!=core.v1.NodeSelectorTerm weight!=int
core.v1.Probe exec=core.v1.ExecAction failureThreshold=int grpc=core.v1.GRPCAction httpGet=core.v1.HTTPGetAction initialDelaySeconds=int periodSeconds=int successThreshold=int tcpSocket=core.v1.TCPSocketAction terminationGracePeriodSeconds=long timeoutSeconds=int
core.v1.ProjectedVolumeSource defaultMode=int sources=[core.v1.VolumeProjection]
core.v1.QuobyteVolumeSource group=string readOnly=bool registry!=string tenant=string user=string volume!=string
core.v1.RBDPersistentVolumeSource fsType=string image!=string keyring=string monitors!=[string] pool=string readOnly=bool secretRef=core.v1.SecretReference user=string
core.v1.RBDVolumeSource fsType=string image!=string keyring=string monitors!=[string] pool=string readOnly=bool secretRef=core.v1.LocalObjectReference user=string
core.v1.ResourceClaim name!=string request=string
core.v1.ResourceFieldSelector ~atomic containerName=string divisor=quantity resource!=string
core.v1.ResourceHealth health=string resourceID!=string
core.v1.ResourceQuota apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=core.v1.ResourceQuotaSpec status=core.v1.ResourceQuotaStatus
core.v1.ResourceQuotaSpec hard={quantity} scopeSelector=core.v1.ScopeSelector scopes=[string]
core.v1.ResourceQuotaStatus hard={quantity} used={quantity}
core.v1.ResourceRequirements claims=[core.v1.ResourceClaim]~name limits={quantity} requests={quantity}
core.v1.ResourceStatus name!=string resources=[core.v1.ResourceHealth]~resourceID
core.v1.SELinuxOptions level=string role=string type=string user=string
core.v1.ScaleIOPersistentVolumeSource fsType=string gateway!=string protectionDomain=string readOnly=bool secretRef!=core.v1.SecretReference sslEnabled=bool storageMode=string storagePool=string system!=string volumeName=string
core.v1.ScaleIOVolumeSource fsType=string gateway!=string protectionDomain=string readOnly=bool secretRef!=core.v1.LocalObjectReference sslEnabled=bool storageMode=string storagePool=string system!=string volumeName=string
core.v1.ScopeSelector ~atomic matchExpressions=[core.v1.ScopedResourceSelectorRequirement]
core.v1.ScopedResourceSelectorRequirement operator!=string scopeName!=string values=[string]
core.v1.SeccompProfile localhostProfile=string type!=string
core.v1.Secret apiVersion=string data={bytes} immutable=bool kind=string metadata=meta.v1.ObjectMeta stringData={string} type=string
core.v1.SecretEnvSource name=string optional=bool
core.v1.SecretKeySelector ~atomic key!=string name=string optional=bool
core.v1.SecretProjection items=[core.v1.KeyToPath] name=string optional=bool
core.v1.SecretReference ~atomic name=string namespace=string
core.v1.SecretVolumeSource defaultMode=int items=[core.v1.KeyToPath] optional=bool secretName=string
core.v1.SecurityContext allowPrivilegeEscalation=bool appArmorProfile=core.v1.AppArmorProfile capabilities=core.v1.Capabilities privileged=bool procMount=string readOnlyRootFilesystem=bool runAsGroup=long runAsNonRoot=bool runAsUser=long seLinuxOptions=core.v1.SELinuxOptions seccompProfile=core.v1.SeccompProfile windowsOptions=core.v1.WindowsSecurityContextOptions
core.v1.Service apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec=core.v1.ServiceSpec status=core.v1.ServiceStatus
core.v1.ServiceAccount apiVersion=string automountServiceAccountToken=bool imagePullSecrets=[core.v1.LocalObjectReference] kind=string metadata=meta.v1.ObjectMeta secrets=[core.v1.ObjectReference]~name^merge:name
core.v1.ServiceAccountTokenProjection audience=string expirationSeconds=long path!=string
core.v1.ServicePort appProtocol=string name=string nodePort=int port!=int protocol=string targetPort=intorstring
core.v1.ServiceSpec allocateLoadBalancerNodePorts=bool clusterIP=string clusterIPs=[string] externalIPs=[string] externalName=string externalTrafficPolicy=string healthCheckNodePort=int internalTrafficPolicy=string ipFamilies=[string] ipFamilyPolicy=string loadBalancerClass=string loadBalancerIP=string loadBalancerSourceRanges=[string] ports=[core.v1.ServicePort]~port+protocol^merge:port publishNotReadyAddresses=bool selector={string}~atomic sessionAffinity=string sessionAffinityConfig=core.v1.SessionAffinityConfig trafficDistribution=string type=string
core.v1.ServiceStatus conditions=[meta.v1.Condition]~type^merge:type loadBalancer=core.v1.LoadBalancerStatus
core.v1.SessionAffinityConfig clientIP=core.v1.ClientIPConfig
core.v1.SleepAction seconds!=long
core.v1.StorageOSPersistentVolumeSource fsType=string readOnly=bool secretRef=core.v1.ObjectReference volumeName=string volumeNamespace=string
core.v1.StorageOSVolumeSource fsType=string readOnly=bool secretRef=core.v1.LocalObjectReference volumeName=string volumeNamespace=string
core.v1.Sysctl name!=string value!=string
core.v1.TCPSocketAction host=string port!=intorstring
core.v1.Taint effect!=string key!=string timeAdded=time value=string
core.v1.Toleration effect=string key=string operator=string tolerationSeconds=long value=string
core.v1.TopologySelectorLabelRequirement key!=string values!=[string]
core.v1.TopologySelectorTerm ~atomic matchLabelExpressions=[core.v1.TopologySelectorLabelRequirement]
core.v1.TopologySpreadConstraint labelSelector=meta.v1.LabelSelector matchLabelKeys=[string] maxSkew!=int minDomains=int nodeAffinityPolicy=string nodeTaintsPolicy=string topologyKey!=string whenUnsatisfiable!=string
core.v1.TypedLocalObjectReference ~atomic apiGroup=string kind!=string name!=string
core.v1.TypedObjectReference apiGroup=string kind!=string name!=string namespace=string
core.v1.Volume awsElasticBlockStore=core.v1.AWSElasticBlockStoreVolumeSource azureDisk=core.v1.AzureDiskVolumeSource azureFile=core.v1.AzureFileVolumeSource cephfs=core.v1.CephFSVolumeSource cinder=core.v1.CinderVolumeSource configMap=core.v1.ConfigMapVolumeSource csi=core.v1.CSIVolumeSource downwardAPI=core.v1.DownwardAPIVolumeSource emptyDir=core.v1.EmptyDirVolumeSource ephemeral=core.v1.EphemeralVolumeSource fc=core.v1.FCVolumeSource flexVolume=core.v1.FlexVolumeSource flocker=core.v1.FlockerVolumeSource gcePersistentDisk=core.v1.GCEPersistentDiskVolumeSource gitRepo=core.v1.GitRepoVolumeSource glusterfs=core.v1.GlusterfsVolumeSource hostPath=core.v1.HostPathVolumeSource image=core.v1.ImageVolumeSource iscsi=core.v1.ISCSIVolumeSource name!=string nfs=core.v1.NFSVolumeSource persistentVolumeClaim=core.v1.PersistentVolumeClaimVolumeSource photonPersistentDisk=core.v1.PhotonPersistentDiskVolumeSource portworxVolume=core.v1.PortworxVolumeSource projected=core.v1.ProjectedVolumeSource quobyte=core.v1.QuobyteVolumeSource rbd=core.v1.RBDVolumeSource scaleIO=core.v1.ScaleIOVolumeSource secret=core.v1.SecretVolumeSource storageos=core.v1.StorageOSVolumeSource vsphereVolume=core.v1.VsphereVirtualDiskVolumeSource
core.v1.VolumeDevice devicePath!=string name!=string
core.v1.VolumeMount mountPath!=string mountPropagation=string name!=string readOnly=bool recursiveReadOnly=string subPath=string subPathExpr=string
core.v1.VolumeMountStatus mountPath!=string name!=string readOnly=bool recursiveReadOnly=string
core.v1.VolumeNodeAffinity required=core.v1.NodeSelector
core.v1.VolumeProjection clusterTrustBundle=core.v1.ClusterTrustBundleProjection configMap=core.v1.ConfigMapProjection downwardAPI=core.v1.DownwardAPIProjection secret=core.v1.SecretProjection serviceAccountToken=core.v1.ServiceAccountTokenProjection
core.v1.VolumeResourceRequirements limits={quantity} requests={quantity}
core.v1.VsphereVirtualDiskVolumeSource fsType=string storagePolicyID=string storagePolicyName=string volumePath!=string
core.v1.WeightedPodAffinityTerm podAffinityTerm!=core.v1.PodAffinityTerm weight!=int
core.v1.WindowsSecurityContextOptions gmsaCredentialSpec=string gmsaCredentialSpecName=string hostProcess=bool runAsUserName=string
discovery.v1.Endpoint addresses!=[string]~set conditions=discovery.v1.EndpointConditions deprecatedTopology={string} hints=discovery.v1.EndpointHints hostname=string nodeName=string targetRef=core.v1.ObjectReference zone=string
discovery.v1.EndpointConditions ready=bool serving=bool terminating=bool
discovery.v1.EndpointHints forZones=[discovery.v1.ForZone]
discovery.v1.EndpointPort ~atomic appProtocol=string name=string port=int protocol=string
discovery.v1.EndpointSlice addressType!=string apiVersion=string endpoints!=[discovery.v1.Endpoint] kind=string metadata=meta.v1.ObjectMeta ports=[discovery.v1.EndpointPort]
discovery.v1.ForZone name!=string
meta.v1.Condition lastTransitionTime!=time message!=string observedGeneration=long reason!=string status!=string type!=string
meta.v1.DeleteOptions apiVersion=string dryRun=[string] gracePeriodSeconds=long ignoreStoreReadErrorWithClusterBreakingPotential=bool kind=string orphanDependents=bool preconditions=meta.v1.Preconditions propagationPolicy=string
meta.v1.FieldSelectorRequirement key!=string operator!=string values=[string]
meta.v1.LabelSelector ~atomic matchExpressions=[meta.v1.LabelSelectorRequirement] matchLabels={string}
meta.v1.LabelSelectorRequirement key!=string operator!=string values=[string]
meta.v1.ListMeta continue=string remainingItemCount=long resourceVersion=string selfLink=string
meta.v1.ManagedFieldsEntry apiVersion=string fieldsType=string fieldsV1=any manager=string operation=string subresource=string time=time
meta.v1.ObjectMeta annotations={string} creationTimestamp=time deletionGracePeriodSeconds=long deletionTimestamp=time finalizers=[string]~set^merge generateName=string generation=long labels={string} managedFields=[meta.v1.ManagedFieldsEntry] name=string namespace=string ownerReferences=[meta.v1.OwnerReference]~uid^merge:uid resourceVersion=string selfLink=string uid=string
meta.v1.OwnerReference ~atomic apiVersion!=string blockOwnerDeletion=bool controller=bool kind!=string name!=string uid!=string
meta.v1.Preconditions resourceVersion=string uid=string
meta.v1.Status apiVersion=string code=int details=meta.v1.StatusDetails kind=string message=string metadata=meta.v1.ListMeta reason=string status=string
meta.v1.StatusCause field=string message=string reason=string
meta.v1.StatusDetails causes=[meta.v1.StatusCause] group=string kind=string name=string retryAfterSeconds=int uid=string
policy.v1.Eviction apiVersion=string deleteOptions=meta.v1.DeleteOptions kind=string metadata=meta.v1.ObjectMeta
rbac.v1.AggregationRule clusterRoleSelectors=[meta.v1.LabelSelector]
rbac.v1.ClusterRole aggregationRule=rbac.v1.AggregationRule apiVersion=string kind=string metadata=meta.v1.ObjectMeta rules=[rbac.v1.PolicyRule]
rbac.v1.ClusterRoleBinding apiVersion=string kind=string metadata=meta.v1.ObjectMeta roleRef!=rbac.v1.RoleRef subjects=[rbac.v1.Subject]
rbac.v1.PolicyRule apiGroups=[string] nonResourceURLs=[string] resourceNames=[string] resources=[string] verbs!=[string]
rbac.v1.Role apiVersion=string kind=string metadata=meta.v1.ObjectMeta rules=[rbac.v1.PolicyRule]
rbac.v1.RoleBinding apiVersion=string kind=string metadata=meta.v1.ObjectMeta roleRef!=rbac.v1.RoleRef subjects=[rbac.v1.Subject]
rbac.v1.RoleRef ~atomic apiGroup!=string kind!=string name!=string
rbac.v1.Subject ~atomic apiGroup=string kind!=string name!=string namespace=string
storage.v1.CSIDriver apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=storage.v1.CSIDriverSpec
storage.v1.CSIDriverSpec attachRequired=bool fsGroupPolicy=string podInfoOnMount=bool requiresRepublish=bool seLinuxMount=bool storageCapacity=bool tokenRequests=[storage.v1.TokenRequest] volumeLifecycleModes=[string]~set
storage.v1.CSINode apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=storage.v1.CSINodeSpec
storage.v1.CSINodeDriver allocatable=storage.v1.VolumeNodeResources name!=string nodeID!=string topologyKeys=[string]
storage.v1.CSINodeSpec drivers!=[storage.v1.CSINodeDriver]~name^merge:name
storage.v1.StorageClass allowVolumeExpansion=bool allowedTopologies=[core.v1.TopologySelectorTerm] apiVersion=string kind=string metadata=meta.v1.ObjectMeta mountOptions=[string] parameters={string} provisioner!=string reclaimPolicy=string volumeBindingMode=string
storage.v1.TokenRequest audience!=string expirationSeconds=long
storage.v1.VolumeAttachment apiVersion=string kind=string metadata=meta.v1.ObjectMeta spec!=storage.v1.VolumeAttachmentSpec status=storage.v1.VolumeAttachmentStatus
storage.v1.VolumeAttachmentSource inlineVolumeSpec=core.v1.PersistentVolumeSpec persistentVolumeName=string
storage.v1.VolumeAttachmentSpec attacher!=string nodeName!=string source!=storage.v1.VolumeAttachmentSource
storage.v1.VolumeAttachmentStatus attachError=storage.v1.VolumeError attached!=bool attachmentMetadata={string} detachError=storage.v1.VolumeError
storage.v1.VolumeError message=string time=time
storage.v1.VolumeNodeResources count=int
`;
