// Made by generate.mjs from the OpenAPI document and Go types of Kubernetes, k8s.io/api v0.32.4
// (Copyright The Kubernetes Authors, Apache-2.0). One type a line; read by schema.ts:
//   name!=type#protobuf-number*~list-keys^merge-strategy:merge-key
// "!" required, "*" a pointer, so that zero and empty differ from absent.

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
apps.v1.DaemonSet apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=apps.v1.DaemonSetSpec#2 status=apps.v1.DaemonSetStatus#3
apps.v1.DaemonSetCondition lastTransitionTime=time#3 message=string#5 reason=string#4 status!=string#2 type!=string#1
apps.v1.DaemonSetSpec minReadySeconds=int#4 revisionHistoryLimit=int#6* selector!=meta.v1.LabelSelector#1* template!=core.v1.PodTemplateSpec#2 updateStrategy=apps.v1.DaemonSetUpdateStrategy#3
apps.v1.DaemonSetStatus collisionCount=int#9* conditions=[apps.v1.DaemonSetCondition]#10~type^merge:type currentNumberScheduled!=int#1 desiredNumberScheduled!=int#3 numberAvailable=int#7 numberMisscheduled!=int#2 numberReady!=int#4 numberUnavailable=int#8 observedGeneration=long#5 updatedNumberScheduled=int#6
apps.v1.DaemonSetUpdateStrategy rollingUpdate=apps.v1.RollingUpdateDaemonSet#2* type=string#1
apps.v1.Deployment apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=apps.v1.DeploymentSpec#2 status=apps.v1.DeploymentStatus#3
apps.v1.DeploymentCondition lastTransitionTime=time#7 lastUpdateTime=time#6 message=string#5 reason=string#4 status!=string#2 type!=string#1
apps.v1.DeploymentSpec minReadySeconds=int#5 paused=bool#7 progressDeadlineSeconds=int#9* replicas=int#1* revisionHistoryLimit=int#6* selector!=meta.v1.LabelSelector#2* strategy=apps.v1.DeploymentStrategy#4^retainKeys template!=core.v1.PodTemplateSpec#3
apps.v1.DeploymentStatus availableReplicas=int#4 collisionCount=int#8* conditions=[apps.v1.DeploymentCondition]#6~type^merge:type observedGeneration=long#1 readyReplicas=int#7 replicas=int#2 unavailableReplicas=int#5 updatedReplicas=int#3
apps.v1.DeploymentStrategy rollingUpdate=apps.v1.RollingUpdateDeployment#2* type=string#1
apps.v1.ReplicaSet apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=apps.v1.ReplicaSetSpec#2 status=apps.v1.ReplicaSetStatus#3
apps.v1.ReplicaSetCondition lastTransitionTime=time#3 message=string#5 reason=string#4 status!=string#2 type!=string#1
apps.v1.ReplicaSetSpec minReadySeconds=int#4 replicas=int#1* selector!=meta.v1.LabelSelector#2* template=core.v1.PodTemplateSpec#3
apps.v1.ReplicaSetStatus availableReplicas=int#5 conditions=[apps.v1.ReplicaSetCondition]#6~type^merge:type fullyLabeledReplicas=int#2 observedGeneration=long#3 readyReplicas=int#4 replicas!=int#1
apps.v1.RollingUpdateDaemonSet maxSurge=intorstring#2* maxUnavailable=intorstring#1*
apps.v1.RollingUpdateDeployment maxSurge=intorstring#2* maxUnavailable=intorstring#1*
apps.v1.RollingUpdateStatefulSetStrategy maxUnavailable=intorstring#2* partition=int#1*
apps.v1.StatefulSet apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=apps.v1.StatefulSetSpec#2 status=apps.v1.StatefulSetStatus#3
apps.v1.StatefulSetCondition lastTransitionTime=time#3 message=string#5 reason=string#4 status!=string#2 type!=string#1
apps.v1.StatefulSetOrdinals start=int#1
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted=string#1 whenScaled=string#2
apps.v1.StatefulSetSpec minReadySeconds=int#9 ordinals=apps.v1.StatefulSetOrdinals#11* persistentVolumeClaimRetentionPolicy=apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy#10* podManagementPolicy=string#6 replicas=int#1* revisionHistoryLimit=int#8* selector!=meta.v1.LabelSelector#2* serviceName!=string#5 template!=core.v1.PodTemplateSpec#3 updateStrategy=apps.v1.StatefulSetUpdateStrategy#7 volumeClaimTemplates=[core.v1.PersistentVolumeClaim]#4
apps.v1.StatefulSetStatus availableReplicas=int#11 collisionCount=int#9* conditions=[apps.v1.StatefulSetCondition]#10~type^merge:type currentReplicas=int#4 currentRevision=string#6 observedGeneration=long#1 readyReplicas=int#3 replicas!=int#2 updateRevision=string#7 updatedReplicas=int#5
apps.v1.StatefulSetUpdateStrategy rollingUpdate=apps.v1.RollingUpdateStatefulSetStrategy#2* type=string#1
authentication.v1.BoundObjectReference apiVersion=string#2 kind=string#1 name=string#3 uid=string#4
authentication.v1.SelfSubjectReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 status=authentication.v1.SelfSubjectReviewStatus#2
authentication.v1.SelfSubjectReviewStatus userInfo=authentication.v1.UserInfo#1
authentication.v1.TokenRequest apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec!=authentication.v1.TokenRequestSpec#2 status=authentication.v1.TokenRequestStatus#3
authentication.v1.TokenRequestSpec audiences!=[string]#1 boundObjectRef=authentication.v1.BoundObjectReference#3* expirationSeconds=long#4*
authentication.v1.TokenRequestStatus expirationTimestamp!=time#2 token!=string#1
authentication.v1.TokenReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec!=authentication.v1.TokenReviewSpec#2 status=authentication.v1.TokenReviewStatus#3
authentication.v1.TokenReviewSpec audiences=[string]#2 token=string#1
authentication.v1.TokenReviewStatus audiences=[string]#4 authenticated=bool#1 error=string#3 user=authentication.v1.UserInfo#2
authentication.v1.UserInfo extra={[string]}#4 groups=[string]#3 uid=string#2 username=string#1
authorization.v1.FieldSelectorAttributes rawSelector=string#1 requirements=[meta.v1.FieldSelectorRequirement]#2
authorization.v1.LabelSelectorAttributes rawSelector=string#1 requirements=[meta.v1.LabelSelectorRequirement]#2
authorization.v1.LocalSubjectAccessReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec!=authorization.v1.SubjectAccessReviewSpec#2 status=authorization.v1.SubjectAccessReviewStatus#3
authorization.v1.NonResourceAttributes path=string#1 verb=string#2
authorization.v1.NonResourceRule nonResourceURLs=[string]#2 verbs!=[string]#1
authorization.v1.ResourceAttributes fieldSelector=authorization.v1.FieldSelectorAttributes#8* group=string#3 labelSelector=authorization.v1.LabelSelectorAttributes#9* name=string#7 namespace=string#1 resource=string#5 subresource=string#6 verb=string#2 version=string#4
authorization.v1.ResourceRule apiGroups=[string]#2 resourceNames=[string]#4 resources=[string]#3 verbs!=[string]#1
authorization.v1.SelfSubjectAccessReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec!=authorization.v1.SelfSubjectAccessReviewSpec#2 status=authorization.v1.SubjectAccessReviewStatus#3
authorization.v1.SelfSubjectAccessReviewSpec nonResourceAttributes=authorization.v1.NonResourceAttributes#2* resourceAttributes=authorization.v1.ResourceAttributes#1*
authorization.v1.SelfSubjectRulesReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec!=authorization.v1.SelfSubjectRulesReviewSpec#2 status=authorization.v1.SubjectRulesReviewStatus#3
authorization.v1.SelfSubjectRulesReviewSpec namespace=string#1
authorization.v1.SubjectAccessReview apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec!=authorization.v1.SubjectAccessReviewSpec#2 status=authorization.v1.SubjectAccessReviewStatus#3
authorization.v1.SubjectAccessReviewSpec extra={[string]}#5 groups=[string]#4 nonResourceAttributes=authorization.v1.NonResourceAttributes#2* resourceAttributes=authorization.v1.ResourceAttributes#1* uid=string#6 user=string#3
authorization.v1.SubjectAccessReviewStatus allowed!=bool#1 denied=bool#4 evaluationError=string#3 reason=string#2
authorization.v1.SubjectRulesReviewStatus evaluationError=string#4 incomplete!=bool#3 nonResourceRules!=[authorization.v1.NonResourceRule]#2 resourceRules!=[authorization.v1.ResourceRule]#1
autoscaling.v1.Scale apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=autoscaling.v1.ScaleSpec#2 status=autoscaling.v1.ScaleStatus#3
autoscaling.v1.ScaleSpec replicas=int#1
autoscaling.v1.ScaleStatus replicas!=int#1 selector=string#2
batch.v1.CronJob apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=batch.v1.CronJobSpec#2 status=batch.v1.CronJobStatus#3
batch.v1.CronJobSpec concurrencyPolicy=string#3 failedJobsHistoryLimit=int#7* jobTemplate!=batch.v1.JobTemplateSpec#5 schedule!=string#1 startingDeadlineSeconds=long#2* successfulJobsHistoryLimit=int#6* suspend=bool#4* timeZone=string#8*
batch.v1.CronJobStatus active=[core.v1.ObjectReference]#1 lastScheduleTime=time#4* lastSuccessfulTime=time#5*
batch.v1.Job apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=batch.v1.JobSpec#2 status=batch.v1.JobStatus#3
batch.v1.JobCondition lastProbeTime=time#3 lastTransitionTime=time#4 message=string#6 reason=string#5 status!=string#2 type!=string#1
batch.v1.JobSpec activeDeadlineSeconds=long#3* backoffLimit=int#7* backoffLimitPerIndex=int#12* completionMode=string#9* completions=int#2* managedBy=string#15* manualSelector=bool#5* maxFailedIndexes=int#13* parallelism=int#1* podFailurePolicy=batch.v1.PodFailurePolicy#11* podReplacementPolicy=string#14* selector=meta.v1.LabelSelector#4* successPolicy=batch.v1.SuccessPolicy#16* suspend=bool#10* template!=core.v1.PodTemplateSpec#6 ttlSecondsAfterFinished=int#8*
batch.v1.JobStatus active=int#4 completedIndexes=string#7 completionTime=time#3* conditions=[batch.v1.JobCondition]#1^merge:type failed=int#6 failedIndexes=string#10* ready=int#9* startTime=time#2* succeeded=int#5 terminating=int#11* uncountedTerminatedPods=batch.v1.UncountedTerminatedPods#8*
batch.v1.JobTemplateSpec metadata=meta.v1.ObjectMeta#1 spec=batch.v1.JobSpec#2
batch.v1.PodFailurePolicy rules!=[batch.v1.PodFailurePolicyRule]#1
batch.v1.PodFailurePolicyOnExitCodesRequirement containerName=string#1* operator!=string#2 values!=[int]#3~set
batch.v1.PodFailurePolicyOnPodConditionsPattern status!=string#2 type!=string#1
batch.v1.PodFailurePolicyRule action!=string#1 onExitCodes=batch.v1.PodFailurePolicyOnExitCodesRequirement#2* onPodConditions=[batch.v1.PodFailurePolicyOnPodConditionsPattern]#3
batch.v1.SuccessPolicy rules!=[batch.v1.SuccessPolicyRule]#1
batch.v1.SuccessPolicyRule succeededCount=int#2* succeededIndexes=string#1*
batch.v1.UncountedTerminatedPods failed=[string]#2~set succeeded=[string]#1~set
coordination.v1.Lease apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=coordination.v1.LeaseSpec#2
coordination.v1.LeaseSpec acquireTime=microtime#3* holderIdentity=string#1* leaseDurationSeconds=int#2* leaseTransitions=int#5* preferredHolder=string#7* renewTime=microtime#4* strategy=string#6*
core.v1.AWSElasticBlockStoreVolumeSource fsType=string#2 partition=int#3 readOnly=bool#4 volumeID!=string#1
core.v1.Affinity nodeAffinity=core.v1.NodeAffinity#1* podAffinity=core.v1.PodAffinity#2* podAntiAffinity=core.v1.PodAntiAffinity#3*
core.v1.AppArmorProfile localhostProfile=string#2* type!=string#1
core.v1.AttachedVolume devicePath!=string#2 name!=string#1
core.v1.AzureDiskVolumeSource cachingMode=string#3* diskName!=string#1 diskURI!=string#2 fsType=string#4* kind=string#6* readOnly=bool#5*
core.v1.AzureFilePersistentVolumeSource readOnly=bool#3 secretName!=string#1 secretNamespace=string#4* shareName!=string#2
core.v1.AzureFileVolumeSource readOnly=bool#3 secretName!=string#1 shareName!=string#2
core.v1.Binding apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 target!=core.v1.ObjectReference#2
core.v1.CSIPersistentVolumeSource controllerExpandSecretRef=core.v1.SecretReference#9* controllerPublishSecretRef=core.v1.SecretReference#6* driver!=string#1 fsType=string#4 nodeExpandSecretRef=core.v1.SecretReference#10* nodePublishSecretRef=core.v1.SecretReference#8* nodeStageSecretRef=core.v1.SecretReference#7* readOnly=bool#3 volumeAttributes={string}#5 volumeHandle!=string#2
core.v1.CSIVolumeSource driver!=string#1 fsType=string#3* nodePublishSecretRef=core.v1.LocalObjectReference#5* readOnly=bool#2* volumeAttributes={string}#4
core.v1.Capabilities add=[string]#1 drop=[string]#2
core.v1.CephFSPersistentVolumeSource monitors!=[string]#1 path=string#2 readOnly=bool#6 secretFile=string#4 secretRef=core.v1.SecretReference#5* user=string#3
core.v1.CephFSVolumeSource monitors!=[string]#1 path=string#2 readOnly=bool#6 secretFile=string#4 secretRef=core.v1.LocalObjectReference#5* user=string#3
core.v1.CinderPersistentVolumeSource fsType=string#2 readOnly=bool#3 secretRef=core.v1.SecretReference#4* volumeID!=string#1
core.v1.CinderVolumeSource fsType=string#2 readOnly=bool#3 secretRef=core.v1.LocalObjectReference#4* volumeID!=string#1
core.v1.ClientIPConfig timeoutSeconds=int#1*
core.v1.ClusterTrustBundleProjection labelSelector=meta.v1.LabelSelector#3* name=string#1* optional=bool#5* path!=string#4 signerName=string#2*
core.v1.ConfigMap apiVersion=string binaryData={bytes}#3 data={string}#2 immutable=bool#4* kind=string metadata=meta.v1.ObjectMeta#1
core.v1.ConfigMapEnvSource name=string#1.1 optional=bool#2*
core.v1.ConfigMapKeySelector ~atomic key!=string#2 name=string#1.1 optional=bool#3*
core.v1.ConfigMapNodeConfigSource kubeletConfigKey!=string#5 name!=string#2 namespace!=string#1 resourceVersion=string#4 uid=string#3
core.v1.ConfigMapProjection items=[core.v1.KeyToPath]#2 name=string#1.1 optional=bool#4*
core.v1.ConfigMapVolumeSource defaultMode=int#3* items=[core.v1.KeyToPath]#2 name=string#1.1 optional=bool#4*
core.v1.Container args=[string]#4 command=[string]#3 env=[core.v1.EnvVar]#7~name^merge:name envFrom=[core.v1.EnvFromSource]#19 image=string#2 imagePullPolicy=string#14 lifecycle=core.v1.Lifecycle#12* livenessProbe=core.v1.Probe#10* name!=string#1 ports=[core.v1.ContainerPort]#6~containerPort+protocol^merge:containerPort readinessProbe=core.v1.Probe#11* resizePolicy=[core.v1.ContainerResizePolicy]#23 resources=core.v1.ResourceRequirements#8 restartPolicy=string#24* securityContext=core.v1.SecurityContext#15* startupProbe=core.v1.Probe#22* stdin=bool#16 stdinOnce=bool#17 terminationMessagePath=string#13 terminationMessagePolicy=string#20 tty=bool#18 volumeDevices=[core.v1.VolumeDevice]#21~devicePath^merge:devicePath volumeMounts=[core.v1.VolumeMount]#9~mountPath^merge:mountPath workingDir=string#5
core.v1.ContainerImage names=[string]#1 sizeBytes=long#2
core.v1.ContainerPort containerPort!=int#3 hostIP=string#5 hostPort=int#2 name=string#1 protocol=string#4
core.v1.ContainerResizePolicy resourceName!=string#1 restartPolicy!=string#2
core.v1.ContainerState running=core.v1.ContainerStateRunning#2* terminated=core.v1.ContainerStateTerminated#3* waiting=core.v1.ContainerStateWaiting#1*
core.v1.ContainerStateRunning startedAt=time#1
core.v1.ContainerStateTerminated containerID=string#7 exitCode!=int#1 finishedAt=time#6 message=string#4 reason=string#3 signal=int#2 startedAt=time#5
core.v1.ContainerStateWaiting message=string#2 reason=string#1
core.v1.ContainerStatus allocatedResources={quantity}#10 allocatedResourcesStatus=[core.v1.ResourceStatus]#14~name^merge:name containerID=string#8 image!=string#6 imageID!=string#7 lastState=core.v1.ContainerState#3 name!=string#1 ready!=bool#4 resources=core.v1.ResourceRequirements#11* restartCount!=int#5 started=bool#9* state=core.v1.ContainerState#2 user=core.v1.ContainerUser#13* volumeMounts=[core.v1.VolumeMountStatus]#12~mountPath^merge:mountPath
core.v1.ContainerUser linux=core.v1.LinuxContainerUser#1*
core.v1.DaemonEndpoint Port!=int#1
core.v1.DownwardAPIProjection items=[core.v1.DownwardAPIVolumeFile]#1
core.v1.DownwardAPIVolumeFile fieldRef=core.v1.ObjectFieldSelector#2* mode=int#4* path!=string#1 resourceFieldRef=core.v1.ResourceFieldSelector#3*
core.v1.DownwardAPIVolumeSource defaultMode=int#2* items=[core.v1.DownwardAPIVolumeFile]#1
core.v1.EmptyDirVolumeSource medium=string#1 sizeLimit=quantity#2*
core.v1.EndpointAddress ~atomic hostname=string#3 ip!=string#1 nodeName=string#4* targetRef=core.v1.ObjectReference#2*
core.v1.EndpointPort ~atomic appProtocol=string#4* name=string#1 port!=int#2 protocol=string#3
core.v1.EndpointSubset addresses=[core.v1.EndpointAddress]#1 notReadyAddresses=[core.v1.EndpointAddress]#2 ports=[core.v1.EndpointPort]#3
core.v1.Endpoints apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 subsets=[core.v1.EndpointSubset]#2
core.v1.EnvFromSource configMapRef=core.v1.ConfigMapEnvSource#2* prefix=string#1 secretRef=core.v1.SecretEnvSource#3*
core.v1.EnvVar name!=string#1 value=string#2 valueFrom=core.v1.EnvVarSource#3*
core.v1.EnvVarSource configMapKeyRef=core.v1.ConfigMapKeySelector#3* fieldRef=core.v1.ObjectFieldSelector#1* resourceFieldRef=core.v1.ResourceFieldSelector#2* secretKeyRef=core.v1.SecretKeySelector#4*
core.v1.EphemeralContainer args=[string]#1.4 command=[string]#1.3 env=[core.v1.EnvVar]#1.7~name^merge:name envFrom=[core.v1.EnvFromSource]#1.19 image=string#1.2 imagePullPolicy=string#1.14 lifecycle=core.v1.Lifecycle#1.12* livenessProbe=core.v1.Probe#1.10* name!=string#1.1 ports=[core.v1.ContainerPort]#1.6~containerPort+protocol^merge:containerPort readinessProbe=core.v1.Probe#1.11* resizePolicy=[core.v1.ContainerResizePolicy]#1.23 resources=core.v1.ResourceRequirements#1.8 restartPolicy=string#1.24* securityContext=core.v1.SecurityContext#1.15* startupProbe=core.v1.Probe#1.22* stdin=bool#1.16 stdinOnce=bool#1.17 targetContainerName=string#2 terminationMessagePath=string#1.13 terminationMessagePolicy=string#1.20 tty=bool#1.18 volumeDevices=[core.v1.VolumeDevice]#1.21~devicePath^merge:devicePath volumeMounts=[core.v1.VolumeMount]#1.9~mountPath^merge:mountPath workingDir=string#1.5
core.v1.EphemeralVolumeSource volumeClaimTemplate=core.v1.PersistentVolumeClaimTemplate#1*
core.v1.Event action=string#12 apiVersion=string count=int#8 eventTime=microtime#10 firstTimestamp=time#6 involvedObject!=core.v1.ObjectReference#2 kind=string lastTimestamp=time#7 message=string#4 metadata!=meta.v1.ObjectMeta#1 reason=string#3 related=core.v1.ObjectReference#13* reportingComponent=string#14 reportingInstance=string#15 series=core.v1.EventSeries#11* source=core.v1.EventSource#5 type=string#9
core.v1.EventSeries count=int#1 lastObservedTime=microtime#2
core.v1.EventSource component=string#1 host=string#2
core.v1.ExecAction command=[string]#1
core.v1.FCVolumeSource fsType=string#3 lun=int#2* readOnly=bool#4 targetWWNs=[string]#1 wwids=[string]#5
core.v1.FlexPersistentVolumeSource driver!=string#1 fsType=string#2 options={string}#5 readOnly=bool#4 secretRef=core.v1.SecretReference#3*
core.v1.FlexVolumeSource driver!=string#1 fsType=string#2 options={string}#5 readOnly=bool#4 secretRef=core.v1.LocalObjectReference#3*
core.v1.FlockerVolumeSource datasetName=string#1 datasetUUID=string#2
core.v1.GCEPersistentDiskVolumeSource fsType=string#2 partition=int#3 pdName!=string#1 readOnly=bool#4
core.v1.GRPCAction port!=int#1 service=string#2*
core.v1.GitRepoVolumeSource directory=string#3 repository!=string#1 revision=string#2
core.v1.GlusterfsPersistentVolumeSource endpoints!=string#1 endpointsNamespace=string#4* path!=string#2 readOnly=bool#3
core.v1.GlusterfsVolumeSource endpoints!=string#1 path!=string#2 readOnly=bool#3
core.v1.HTTPGetAction host=string#3 httpHeaders=[core.v1.HTTPHeader]#5 path=string#1 port!=intorstring#2 scheme=string#4
core.v1.HTTPHeader name!=string#1 value!=string#2
core.v1.HostAlias hostnames=[string]#2 ip!=string#1
core.v1.HostIP ip!=string#1
core.v1.HostPathVolumeSource path!=string#1 type=string#2*
core.v1.ISCSIPersistentVolumeSource chapAuthDiscovery=bool#8 chapAuthSession=bool#11 fsType=string#5 initiatorName=string#12* iqn!=string#2 iscsiInterface=string#4 lun!=int#3 portals=[string]#7 readOnly=bool#6 secretRef=core.v1.SecretReference#10* targetPortal!=string#1
core.v1.ISCSIVolumeSource chapAuthDiscovery=bool#8 chapAuthSession=bool#11 fsType=string#5 initiatorName=string#12* iqn!=string#2 iscsiInterface=string#4 lun!=int#3 portals=[string]#7 readOnly=bool#6 secretRef=core.v1.LocalObjectReference#10* targetPortal!=string#1
core.v1.ImageVolumeSource pullPolicy=string#2 reference=string#1
core.v1.KeyToPath key!=string#1 mode=int#3* path!=string#2
core.v1.Lifecycle postStart=core.v1.LifecycleHandler#1* preStop=core.v1.LifecycleHandler#2*
core.v1.LifecycleHandler exec=core.v1.ExecAction#1* httpGet=core.v1.HTTPGetAction#2* sleep=core.v1.SleepAction#4* tcpSocket=core.v1.TCPSocketAction#3*
core.v1.LimitRange apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=core.v1.LimitRangeSpec#2
core.v1.LimitRangeItem default={quantity}#4 defaultRequest={quantity}#5 max={quantity}#2 maxLimitRequestRatio={quantity}#6 min={quantity}#3 type!=string#1
core.v1.LimitRangeSpec limits!=[core.v1.LimitRangeItem]#1
core.v1.LinuxContainerUser gid!=long#2 supplementalGroups=[long]#3 uid!=long#1
core.v1.LoadBalancerIngress hostname=string#2 ip=string#1 ipMode=string#3* ports=[core.v1.PortStatus]#4
core.v1.LoadBalancerStatus ingress=[core.v1.LoadBalancerIngress]#1
core.v1.LocalObjectReference ~atomic name=string#1
core.v1.LocalVolumeSource fsType=string#2* path!=string#1
core.v1.ModifyVolumeStatus status!=string#2 targetVolumeAttributesClassName=string#1
core.v1.NFSVolumeSource path!=string#2 readOnly=bool#3 server!=string#1
core.v1.Namespace apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=core.v1.NamespaceSpec#2 status=core.v1.NamespaceStatus#3
core.v1.NamespaceCondition lastTransitionTime=time#4 message=string#6 reason=string#5 status!=string#2 type!=string#1
core.v1.NamespaceSpec finalizers=[string]#1
core.v1.NamespaceStatus conditions=[core.v1.NamespaceCondition]#2~type^merge:type phase=string#1
core.v1.Node apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=core.v1.NodeSpec#2 status=core.v1.NodeStatus#3
core.v1.NodeAddress address!=string#2 type!=string#1
core.v1.NodeAffinity preferredDuringSchedulingIgnoredDuringExecution=[core.v1.PreferredSchedulingTerm]#2 requiredDuringSchedulingIgnoredDuringExecution=core.v1.NodeSelector#1*
core.v1.NodeCondition lastHeartbeatTime=time#3 lastTransitionTime=time#4 message=string#6 reason=string#5 status!=string#2 type!=string#1
core.v1.NodeConfigSource configMap=core.v1.ConfigMapNodeConfigSource#2*
core.v1.NodeConfigStatus active=core.v1.NodeConfigSource#2* assigned=core.v1.NodeConfigSource#1* error=string#4 lastKnownGood=core.v1.NodeConfigSource#3*
core.v1.NodeDaemonEndpoints kubeletEndpoint=core.v1.DaemonEndpoint#1
core.v1.NodeFeatures supplementalGroupsPolicy=bool#1*
core.v1.NodeRuntimeHandler features=core.v1.NodeRuntimeHandlerFeatures#2* name=string#1
core.v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts=bool#1* userNamespaces=bool#2*
core.v1.NodeSelector ~atomic nodeSelectorTerms!=[core.v1.NodeSelectorTerm]#1
core.v1.NodeSelectorRequirement key!=string#1 operator!=string#2 values=[string]#3
core.v1.NodeSelectorTerm ~atomic matchExpressions=[core.v1.NodeSelectorRequirement]#1 matchFields=[core.v1.NodeSelectorRequirement]#2
core.v1.NodeSpec configSource=core.v1.NodeConfigSource#6* externalID=string#2 podCIDR=string#1 podCIDRs=[string]#7~set^merge providerID=string#3 taints=[core.v1.Taint]#5 unschedulable=bool#4
core.v1.NodeStatus addresses=[core.v1.NodeAddress]#5~type^merge:type allocatable={quantity}#2 capacity={quantity}#1 conditions=[core.v1.NodeCondition]#4~type^merge:type config=core.v1.NodeConfigStatus#11* daemonEndpoints=core.v1.NodeDaemonEndpoints#6 features=core.v1.NodeFeatures#13* images=[core.v1.ContainerImage]#8 nodeInfo=core.v1.NodeSystemInfo#7 phase=string#3 runtimeHandlers=[core.v1.NodeRuntimeHandler]#12 volumesAttached=[core.v1.AttachedVolume]#10 volumesInUse=[string]#9
core.v1.NodeSystemInfo architecture!=string#10 bootID!=string#3 containerRuntimeVersion!=string#6 kernelVersion!=string#4 kubeProxyVersion!=string#8 kubeletVersion!=string#7 machineID!=string#1 operatingSystem!=string#9 osImage!=string#5 systemUUID!=string#2
core.v1.ObjectFieldSelector ~atomic apiVersion=string#1 fieldPath!=string#2
core.v1.ObjectReference ~atomic apiVersion=string#5 fieldPath=string#7 kind=string#1 name=string#3 namespace=string#2 resourceVersion=string#6 uid=string#4
core.v1.PersistentVolume apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=core.v1.PersistentVolumeSpec#2 status=core.v1.PersistentVolumeStatus#3
core.v1.PersistentVolumeClaim apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=core.v1.PersistentVolumeClaimSpec#2 status=core.v1.PersistentVolumeClaimStatus#3
core.v1.PersistentVolumeClaimCondition lastProbeTime=time#3 lastTransitionTime=time#4 message=string#6 reason=string#5 status!=string#2 type!=string#1
core.v1.PersistentVolumeClaimSpec accessModes=[string]#1 dataSource=core.v1.TypedLocalObjectReference#7* dataSourceRef=core.v1.TypedObjectReference#8* resources=core.v1.VolumeResourceRequirements#2 selector=meta.v1.LabelSelector#4* storageClassName=string#5* volumeAttributesClassName=string#9* volumeMode=string#6* volumeName=string#3
core.v1.PersistentVolumeClaimStatus accessModes=[string]#2 allocatedResourceStatuses={string}#7 allocatedResources={quantity}#5 capacity={quantity}#3 conditions=[core.v1.PersistentVolumeClaimCondition]#4~type^merge:type currentVolumeAttributesClassName=string#8* modifyVolumeStatus=core.v1.ModifyVolumeStatus#9* phase=string#1
core.v1.PersistentVolumeClaimTemplate metadata=meta.v1.ObjectMeta#1 spec!=core.v1.PersistentVolumeClaimSpec#2
core.v1.PersistentVolumeClaimVolumeSource claimName!=string#1 readOnly=bool#2
core.v1.PersistentVolumeSpec accessModes=[string]#3 awsElasticBlockStore=core.v1.AWSElasticBlockStoreVolumeSource#2.2* azureDisk=core.v1.AzureDiskVolumeSource#2.16* azureFile=core.v1.AzureFilePersistentVolumeSource#2.13* capacity={quantity}#1 cephfs=core.v1.CephFSPersistentVolumeSource#2.9* cinder=core.v1.CinderPersistentVolumeSource#2.8* claimRef=core.v1.ObjectReference#4* csi=core.v1.CSIPersistentVolumeSource#2.22* fc=core.v1.FCVolumeSource#2.10* flexVolume=core.v1.FlexPersistentVolumeSource#2.12* flocker=core.v1.FlockerVolumeSource#2.11* gcePersistentDisk=core.v1.GCEPersistentDiskVolumeSource#2.1* glusterfs=core.v1.GlusterfsPersistentVolumeSource#2.4* hostPath=core.v1.HostPathVolumeSource#2.3* iscsi=core.v1.ISCSIPersistentVolumeSource#2.7* local=core.v1.LocalVolumeSource#2.20* mountOptions=[string]#7 nfs=core.v1.NFSVolumeSource#2.5* nodeAffinity=core.v1.VolumeNodeAffinity#9* persistentVolumeReclaimPolicy=string#5 photonPersistentDisk=core.v1.PhotonPersistentDiskVolumeSource#2.17* portworxVolume=core.v1.PortworxVolumeSource#2.18* quobyte=core.v1.QuobyteVolumeSource#2.15* rbd=core.v1.RBDPersistentVolumeSource#2.6* scaleIO=core.v1.ScaleIOPersistentVolumeSource#2.19* storageClassName=string#6 storageos=core.v1.StorageOSPersistentVolumeSource#2.21* volumeAttributesClassName=string#10* volumeMode=string#8* vsphereVolume=core.v1.VsphereVirtualDiskVolumeSource#2.14*
core.v1.PersistentVolumeStatus lastPhaseTransitionTime=time#4* message=string#2 phase=string#1 reason=string#3
core.v1.PhotonPersistentDiskVolumeSource fsType=string#2 pdID!=string#1
core.v1.Pod apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=core.v1.PodSpec#2 status=core.v1.PodStatus#3
core.v1.PodAffinity preferredDuringSchedulingIgnoredDuringExecution=[core.v1.WeightedPodAffinityTerm]#2 requiredDuringSchedulingIgnoredDuringExecution=[core.v1.PodAffinityTerm]#1
core.v1.PodAffinityTerm labelSelector=meta.v1.LabelSelector#1* matchLabelKeys=[string]#5 mismatchLabelKeys=[string]#6 namespaceSelector=meta.v1.LabelSelector#4* namespaces=[string]#2 topologyKey!=string#3
core.v1.PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution=[core.v1.WeightedPodAffinityTerm]#2 requiredDuringSchedulingIgnoredDuringExecution=[core.v1.PodAffinityTerm]#1
core.v1.PodCondition lastProbeTime=time#3 lastTransitionTime=time#4 message=string#6 reason=string#5 status!=string#2 type!=string#1
core.v1.PodDNSConfig nameservers=[string]#1 options=[core.v1.PodDNSConfigOption]#3 searches=[string]#2
core.v1.PodDNSConfigOption name=string#1 value=string#2*
core.v1.PodIP ip!=string#1
core.v1.PodOS name!=string#1
core.v1.PodReadinessGate conditionType!=string#1
core.v1.PodResourceClaim name!=string#1 resourceClaimName=string#3* resourceClaimTemplateName=string#4*
core.v1.PodResourceClaimStatus name!=string#1 resourceClaimName=string#2*
core.v1.PodSchedulingGate name!=string#1
core.v1.PodSecurityContext appArmorProfile=core.v1.AppArmorProfile#11* fsGroup=long#5* fsGroupChangePolicy=string#9* runAsGroup=long#6* runAsNonRoot=bool#3* runAsUser=long#2* seLinuxChangePolicy=string#13* seLinuxOptions=core.v1.SELinuxOptions#1* seccompProfile=core.v1.SeccompProfile#10* supplementalGroups=[long]#4 supplementalGroupsPolicy=string#12* sysctls=[core.v1.Sysctl]#7 windowsOptions=core.v1.WindowsSecurityContextOptions#8*
core.v1.PodSpec activeDeadlineSeconds=long#5* affinity=core.v1.Affinity#18* automountServiceAccountToken=bool#21* containers!=[core.v1.Container]#2~name^merge:name dnsConfig=core.v1.PodDNSConfig#26* dnsPolicy=string#6 enableServiceLinks=bool#30* ephemeralContainers=[core.v1.EphemeralContainer]#34~name^merge:name hostAliases=[core.v1.HostAlias]#23~ip^merge:ip hostIPC=bool#13 hostNetwork=bool#11 hostPID=bool#12 hostUsers=bool#37* hostname=string#16 imagePullSecrets=[core.v1.LocalObjectReference]#15~name^merge:name initContainers=[core.v1.Container]#20~name^merge:name nodeName=string#10 nodeSelector={string}#7~atomic os=core.v1.PodOS#36* overhead={quantity}#32 preemptionPolicy=string#31* priority=int#25* priorityClassName=string#24 readinessGates=[core.v1.PodReadinessGate]#28 resourceClaims=[core.v1.PodResourceClaim]#39~name^merge,retainKeys:name resources=core.v1.ResourceRequirements#40* restartPolicy=string#3 runtimeClassName=string#29* schedulerName=string#19 schedulingGates=[core.v1.PodSchedulingGate]#38~name^merge:name securityContext=core.v1.PodSecurityContext#14* serviceAccount=string#9 serviceAccountName=string#8 setHostnameAsFQDN=bool#35* shareProcessNamespace=bool#27* subdomain=string#17 terminationGracePeriodSeconds=long#4* tolerations=[core.v1.Toleration]#22 topologySpreadConstraints=[core.v1.TopologySpreadConstraint]#33~topologyKey+whenUnsatisfiable^merge:topologyKey volumes=[core.v1.Volume]#1~name^merge,retainKeys:name
core.v1.PodStatus conditions=[core.v1.PodCondition]#2~type^merge:type containerStatuses=[core.v1.ContainerStatus]#8 ephemeralContainerStatuses=[core.v1.ContainerStatus]#13 hostIP=string#5 hostIPs=[core.v1.HostIP]#16^merge:ip initContainerStatuses=[core.v1.ContainerStatus]#10 message=string#3 nominatedNodeName=string#11 phase=string#1 podIP=string#6 podIPs=[core.v1.PodIP]#12~ip^merge:ip qosClass=string#9 reason=string#4 resize=string#14 resourceClaimStatuses=[core.v1.PodResourceClaimStatus]#15~name^merge,retainKeys:name startTime=time#7*
core.v1.PodTemplateSpec metadata=meta.v1.ObjectMeta#1 spec=core.v1.PodSpec#2
core.v1.PortStatus error=string#3* port!=int#1 protocol!=string#2
core.v1.PortworxVolumeSource fsType=string#2 readOnly=bool#3 volumeID!=string#1
core.v1.PreferredSchedulingTerm preference!=core.v1.NodeSelectorTerm#2 weight!=int#1
core.v1.Probe exec=core.v1.ExecAction#1.1* failureThreshold=int#6 grpc=core.v1.GRPCAction#1.4* httpGet=core.v1.HTTPGetAction#1.2* initialDelaySeconds=int#2 periodSeconds=int#4 successThreshold=int#5 tcpSocket=core.v1.TCPSocketAction#1.3* terminationGracePeriodSeconds=long#7* timeoutSeconds=int#3
core.v1.ProjectedVolumeSource defaultMode=int#2* sources=[core.v1.VolumeProjection]#1
core.v1.QuobyteVolumeSource group=string#5 readOnly=bool#3 registry!=string#1 tenant=string#6 user=string#4 volume!=string#2
core.v1.RBDPersistentVolumeSource fsType=string#3 image!=string#2 keyring=string#6 monitors!=[string]#1 pool=string#4 readOnly=bool#8 secretRef=core.v1.SecretReference#7* user=string#5
core.v1.RBDVolumeSource fsType=string#3 image!=string#2 keyring=string#6 monitors!=[string]#1 pool=string#4 readOnly=bool#8 secretRef=core.v1.LocalObjectReference#7* user=string#5
core.v1.ResourceClaim name!=string#1 request=string#2
core.v1.ResourceFieldSelector ~atomic containerName=string#1 divisor=quantity#3 resource!=string#2
core.v1.ResourceHealth health=string#2 resourceID!=string#1
core.v1.ResourceQuota apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=core.v1.ResourceQuotaSpec#2 status=core.v1.ResourceQuotaStatus#3
core.v1.ResourceQuotaSpec hard={quantity}#1 scopeSelector=core.v1.ScopeSelector#3* scopes=[string]#2
core.v1.ResourceQuotaStatus hard={quantity}#1 used={quantity}#2
core.v1.ResourceRequirements claims=[core.v1.ResourceClaim]#3~name limits={quantity}#1 requests={quantity}#2
core.v1.ResourceStatus name!=string#1 resources=[core.v1.ResourceHealth]#2~resourceID
core.v1.SELinuxOptions level=string#4 role=string#2 type=string#3 user=string#1
core.v1.ScaleIOPersistentVolumeSource fsType=string#9 gateway!=string#1 protectionDomain=string#5 readOnly=bool#10 secretRef!=core.v1.SecretReference#3* sslEnabled=bool#4 storageMode=string#7 storagePool=string#6 system!=string#2 volumeName=string#8
core.v1.ScaleIOVolumeSource fsType=string#9 gateway!=string#1 protectionDomain=string#5 readOnly=bool#10 secretRef!=core.v1.LocalObjectReference#3* sslEnabled=bool#4 storageMode=string#7 storagePool=string#6 system!=string#2 volumeName=string#8
core.v1.ScopeSelector ~atomic matchExpressions=[core.v1.ScopedResourceSelectorRequirement]#1
core.v1.ScopedResourceSelectorRequirement operator!=string#2 scopeName!=string#1 values=[string]#3
core.v1.SeccompProfile localhostProfile=string#2* type!=string#1
core.v1.Secret apiVersion=string data={bytes}#2 immutable=bool#5* kind=string metadata=meta.v1.ObjectMeta#1 stringData={string}#4 type=string#3
core.v1.SecretEnvSource name=string#1.1 optional=bool#2*
core.v1.SecretKeySelector ~atomic key!=string#2 name=string#1.1 optional=bool#3*
core.v1.SecretProjection items=[core.v1.KeyToPath]#2 name=string#1.1 optional=bool#4*
core.v1.SecretReference ~atomic name=string#1 namespace=string#2
core.v1.SecretVolumeSource defaultMode=int#3* items=[core.v1.KeyToPath]#2 optional=bool#4* secretName=string#1
core.v1.SecurityContext allowPrivilegeEscalation=bool#7* appArmorProfile=core.v1.AppArmorProfile#12* capabilities=core.v1.Capabilities#1* privileged=bool#2* procMount=string#9* readOnlyRootFilesystem=bool#6* runAsGroup=long#8* runAsNonRoot=bool#5* runAsUser=long#4* seLinuxOptions=core.v1.SELinuxOptions#3* seccompProfile=core.v1.SeccompProfile#11* windowsOptions=core.v1.WindowsSecurityContextOptions#10*
core.v1.Service apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec=core.v1.ServiceSpec#2 status=core.v1.ServiceStatus#3
core.v1.ServiceAccount apiVersion=string automountServiceAccountToken=bool#4* imagePullSecrets=[core.v1.LocalObjectReference]#3 kind=string metadata=meta.v1.ObjectMeta#1 secrets=[core.v1.ObjectReference]#2~name^merge:name
core.v1.ServiceAccountTokenProjection audience=string#1 expirationSeconds=long#2* path!=string#3
core.v1.ServicePort appProtocol=string#6* name=string#1 nodePort=int#5 port!=int#3 protocol=string#2 targetPort=intorstring#4
core.v1.ServiceSpec allocateLoadBalancerNodePorts=bool#20* clusterIP=string#3 clusterIPs=[string]#18 externalIPs=[string]#5 externalName=string#10 externalTrafficPolicy=string#11 healthCheckNodePort=int#12 internalTrafficPolicy=string#22* ipFamilies=[string]#19 ipFamilyPolicy=string#17* loadBalancerClass=string#21* loadBalancerIP=string#8 loadBalancerSourceRanges=[string]#9 ports=[core.v1.ServicePort]#1~port+protocol^merge:port publishNotReadyAddresses=bool#13 selector={string}#2~atomic sessionAffinity=string#7 sessionAffinityConfig=core.v1.SessionAffinityConfig#14* trafficDistribution=string#23* type=string#4
core.v1.ServiceStatus conditions=[meta.v1.Condition]#2~type^merge:type loadBalancer=core.v1.LoadBalancerStatus#1
core.v1.SessionAffinityConfig clientIP=core.v1.ClientIPConfig#1*
core.v1.SleepAction seconds!=long#1
core.v1.StorageOSPersistentVolumeSource fsType=string#3 readOnly=bool#4 secretRef=core.v1.ObjectReference#5* volumeName=string#1 volumeNamespace=string#2
core.v1.StorageOSVolumeSource fsType=string#3 readOnly=bool#4 secretRef=core.v1.LocalObjectReference#5* volumeName=string#1 volumeNamespace=string#2
core.v1.Sysctl name!=string#1 value!=string#2
core.v1.TCPSocketAction host=string#2 port!=intorstring#1
core.v1.Taint effect!=string#3 key!=string#1 timeAdded=time#4* value=string#2
core.v1.Toleration effect=string#4 key=string#1 operator=string#2 tolerationSeconds=long#5* value=string#3
core.v1.TopologySelectorLabelRequirement key!=string#1 values!=[string]#2
core.v1.TopologySelectorTerm ~atomic matchLabelExpressions=[core.v1.TopologySelectorLabelRequirement]#1
core.v1.TopologySpreadConstraint labelSelector=meta.v1.LabelSelector#4* matchLabelKeys=[string]#8 maxSkew!=int#1 minDomains=int#5* nodeAffinityPolicy=string#6* nodeTaintsPolicy=string#7* topologyKey!=string#2 whenUnsatisfiable!=string#3
core.v1.TypedLocalObjectReference ~atomic apiGroup=string#1* kind!=string#2 name!=string#3
core.v1.TypedObjectReference apiGroup=string#1* kind!=string#2 name!=string#3 namespace=string#4*
core.v1.Volume awsElasticBlockStore=core.v1.AWSElasticBlockStoreVolumeSource#2.4* azureDisk=core.v1.AzureDiskVolumeSource#2.22* azureFile=core.v1.AzureFileVolumeSource#2.18* cephfs=core.v1.CephFSVolumeSource#2.14* cinder=core.v1.CinderVolumeSource#2.13* configMap=core.v1.ConfigMapVolumeSource#2.19* csi=core.v1.CSIVolumeSource#2.28* downwardAPI=core.v1.DownwardAPIVolumeSource#2.16* emptyDir=core.v1.EmptyDirVolumeSource#2.2* ephemeral=core.v1.EphemeralVolumeSource#2.29* fc=core.v1.FCVolumeSource#2.17* flexVolume=core.v1.FlexVolumeSource#2.12* flocker=core.v1.FlockerVolumeSource#2.15* gcePersistentDisk=core.v1.GCEPersistentDiskVolumeSource#2.3* gitRepo=core.v1.GitRepoVolumeSource#2.5* glusterfs=core.v1.GlusterfsVolumeSource#2.9* hostPath=core.v1.HostPathVolumeSource#2.1* image=core.v1.ImageVolumeSource#2.30* iscsi=core.v1.ISCSIVolumeSource#2.8* name!=string#1 nfs=core.v1.NFSVolumeSource#2.7* persistentVolumeClaim=core.v1.PersistentVolumeClaimVolumeSource#2.10* photonPersistentDisk=core.v1.PhotonPersistentDiskVolumeSource#2.23* portworxVolume=core.v1.PortworxVolumeSource#2.24* projected=core.v1.ProjectedVolumeSource#2.26* quobyte=core.v1.QuobyteVolumeSource#2.21* rbd=core.v1.RBDVolumeSource#2.11* scaleIO=core.v1.ScaleIOVolumeSource#2.25* secret=core.v1.SecretVolumeSource#2.6* storageos=core.v1.StorageOSVolumeSource#2.27* vsphereVolume=core.v1.VsphereVirtualDiskVolumeSource#2.20*
core.v1.VolumeDevice devicePath!=string#2 name!=string#1
core.v1.VolumeMount mountPath!=string#3 mountPropagation=string#5* name!=string#1 readOnly=bool#2 recursiveReadOnly=string#7* subPath=string#4 subPathExpr=string#6
core.v1.VolumeMountStatus mountPath!=string#2 name!=string#1 readOnly=bool#3 recursiveReadOnly=string#4*
core.v1.VolumeNodeAffinity required=core.v1.NodeSelector#1*
core.v1.VolumeProjection clusterTrustBundle=core.v1.ClusterTrustBundleProjection#5* configMap=core.v1.ConfigMapProjection#3* downwardAPI=core.v1.DownwardAPIProjection#2* secret=core.v1.SecretProjection#1* serviceAccountToken=core.v1.ServiceAccountTokenProjection#4*
core.v1.VolumeResourceRequirements limits={quantity}#1 requests={quantity}#2
core.v1.VsphereVirtualDiskVolumeSource fsType=string#2 storagePolicyID=string#4 storagePolicyName=string#3 volumePath!=string#1
core.v1.WeightedPodAffinityTerm podAffinityTerm!=core.v1.PodAffinityTerm#2 weight!=int#1
core.v1.WindowsSecurityContextOptions gmsaCredentialSpec=string#2* gmsaCredentialSpecName=string#1* hostProcess=bool#4* runAsUserName=string#3*
discovery.v1.Endpoint addresses!=[string]#1~set conditions=discovery.v1.EndpointConditions#2 deprecatedTopology={string}#5 hints=discovery.v1.EndpointHints#8* hostname=string#3* nodeName=string#6* targetRef=core.v1.ObjectReference#4* zone=string#7*
discovery.v1.EndpointConditions ready=bool#1* serving=bool#2* terminating=bool#3*
discovery.v1.EndpointHints forZones=[discovery.v1.ForZone]#1
discovery.v1.EndpointPort ~atomic appProtocol=string#4* name=string#1* port=int#3* protocol=string#2*
discovery.v1.EndpointSlice addressType!=string#4 apiVersion=string endpoints!=[discovery.v1.Endpoint]#2 kind=string metadata=meta.v1.ObjectMeta#1 ports=[discovery.v1.EndpointPort]#3
discovery.v1.ForZone name!=string#1
meta.v1.Condition lastTransitionTime!=time#4 message!=string#6 observedGeneration=long#3 reason!=string#5 status!=string#2 type!=string#1
meta.v1.DeleteOptions apiVersion=string dryRun=[string]#5 gracePeriodSeconds=long#1* ignoreStoreReadErrorWithClusterBreakingPotential=bool#6* kind=string orphanDependents=bool#3* preconditions=meta.v1.Preconditions#2* propagationPolicy=string#4*
meta.v1.FieldSelectorRequirement key!=string#1 operator!=string#2 values=[string]#3
meta.v1.LabelSelector ~atomic matchExpressions=[meta.v1.LabelSelectorRequirement]#2 matchLabels={string}#1
meta.v1.LabelSelectorRequirement key!=string#1 operator!=string#2 values=[string]#3
meta.v1.ListMeta continue=string#3 remainingItemCount=long#4* resourceVersion=string#2 selfLink=string#1
meta.v1.ManagedFieldsEntry apiVersion=string#3 fieldsType=string#6 fieldsV1=any#7* manager=string#1 operation=string#2 subresource=string#8 time=time#4*
meta.v1.ObjectMeta annotations={string}#12 creationTimestamp=time#8 deletionGracePeriodSeconds=long#10* deletionTimestamp=time#9* finalizers=[string]#14~set^merge generateName=string#2 generation=long#7 labels={string}#11 managedFields=[meta.v1.ManagedFieldsEntry]#17 name=string#1 namespace=string#3 ownerReferences=[meta.v1.OwnerReference]#13~uid^merge:uid resourceVersion=string#6 selfLink=string#4 uid=string#5
meta.v1.OwnerReference ~atomic apiVersion!=string#5 blockOwnerDeletion=bool#7* controller=bool#6* kind!=string#1 name!=string#3 uid!=string#4
meta.v1.Preconditions resourceVersion=string#2* uid=string#1*
meta.v1.Status apiVersion=string code=int#6 details=meta.v1.StatusDetails#5* kind=string message=string#3 metadata=meta.v1.ListMeta#1 reason=string#4 status=string#2
meta.v1.StatusCause field=string#3 message=string#2 reason=string#1
meta.v1.StatusDetails causes=[meta.v1.StatusCause]#4 group=string#2 kind=string#3 name=string#1 retryAfterSeconds=int#5 uid=string#6
policy.v1.Eviction apiVersion=string deleteOptions=meta.v1.DeleteOptions#2* kind=string metadata=meta.v1.ObjectMeta#1
rbac.v1.AggregationRule clusterRoleSelectors=[meta.v1.LabelSelector]#1
rbac.v1.ClusterRole aggregationRule=rbac.v1.AggregationRule#3* apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 rules=[rbac.v1.PolicyRule]#2
rbac.v1.ClusterRoleBinding apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 roleRef!=rbac.v1.RoleRef#3 subjects=[rbac.v1.Subject]#2
rbac.v1.PolicyRule apiGroups=[string]#2 nonResourceURLs=[string]#5 resourceNames=[string]#4 resources=[string]#3 verbs!=[string]#1
rbac.v1.Role apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 rules=[rbac.v1.PolicyRule]#2
rbac.v1.RoleBinding apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 roleRef!=rbac.v1.RoleRef#3 subjects=[rbac.v1.Subject]#2
rbac.v1.RoleRef ~atomic apiGroup!=string#1 kind!=string#2 name!=string#3
rbac.v1.Subject ~atomic apiGroup=string#2 kind!=string#1 name!=string#3 namespace=string#4
storage.v1.CSIDriver apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec!=storage.v1.CSIDriverSpec#2
storage.v1.CSIDriverSpec attachRequired=bool#1* fsGroupPolicy=string#5* podInfoOnMount=bool#2* requiresRepublish=bool#7* seLinuxMount=bool#8* storageCapacity=bool#4* tokenRequests=[storage.v1.TokenRequest]#6 volumeLifecycleModes=[string]#3~set
storage.v1.CSINode apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec!=storage.v1.CSINodeSpec#2
storage.v1.CSINodeDriver allocatable=storage.v1.VolumeNodeResources#4* name!=string#1 nodeID!=string#2 topologyKeys=[string]#3
storage.v1.CSINodeSpec drivers!=[storage.v1.CSINodeDriver]#1~name^merge:name
storage.v1.StorageClass allowVolumeExpansion=bool#6* allowedTopologies=[core.v1.TopologySelectorTerm]#8 apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 mountOptions=[string]#5 parameters={string}#3 provisioner!=string#2 reclaimPolicy=string#4* volumeBindingMode=string#7*
storage.v1.TokenRequest audience!=string#1 expirationSeconds=long#2*
storage.v1.VolumeAttachment apiVersion=string kind=string metadata=meta.v1.ObjectMeta#1 spec!=storage.v1.VolumeAttachmentSpec#2 status=storage.v1.VolumeAttachmentStatus#3
storage.v1.VolumeAttachmentSource inlineVolumeSpec=core.v1.PersistentVolumeSpec persistentVolumeName=string#1*
storage.v1.VolumeAttachmentSpec attacher!=string#1 nodeName!=string#3 source!=storage.v1.VolumeAttachmentSource#2
storage.v1.VolumeAttachmentStatus attachError=storage.v1.VolumeError#3* attached!=bool#1 attachmentMetadata={string}#2 detachError=storage.v1.VolumeError#4*
storage.v1.VolumeError message=string#2 time=time#1
storage.v1.VolumeNodeResources count=int#1*
`;
