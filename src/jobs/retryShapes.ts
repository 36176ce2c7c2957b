/**
 * A job as DescribeJobs tells it, a definition as DescribeJobDefinitions does, and what SubmitJob takes, as far as a retry
 * needs them. Field names and nesting are those of @aws-sdk/client-batch.
 */

export interface Pair {
  name?: string | undefined;
  value?: string | undefined;
}
export interface NamedPair extends Pair {
  name: string | undefined;
}
export interface Requirement {
  type: 'VCPU' | 'MEMORY' | 'GPU' | undefined;
  value: string | undefined;
}

/** A container on EC2 or Fargate; `vcpus` and `memory` are how definitions of before 2021 ask. */
export interface Container {
  name?: string | undefined;
  command?: string[] | undefined;
  environment?: Pair[] | undefined;
  resourceRequirements?: Requirement[] | undefined;
  vcpus?: number | undefined;
  memory?: number | undefined;
}

export interface EksResources {
  limits?: Record<string, string> | undefined;
  requests?: Record<string, string> | undefined;
}
export interface EksContainer {
  name?: string | undefined;
  image?: string | undefined;
  command?: string[] | undefined;
  args?: string[] | undefined;
  env?: NamedPair[] | undefined;
  resources?: EksResources | undefined;
}

export interface EcsTasks<C extends Container = Container> {
  taskProperties?: { containers?: C[] | undefined }[] | undefined;
}
export interface EksPods {
  podProperties?: { containers?: EksContainer[] | undefined; initContainers?: EksContainer[] | undefined } | undefined;
}
export interface Nodes {
  numNodes: number | undefined;
  nodeRangeProperties:
    | {
        targetNodes: string | undefined;
        container?: Container | undefined;
        ecsProperties?: EcsTasks | undefined;
        eksProperties?: EksPods | undefined;
      }[]
    | undefined;
}

export interface Dependency {
  jobId?: string | undefined;
  type?: 'N_TO_N' | 'SEQUENTIAL' | undefined;
}
export interface RetryStrategy {
  attempts?: number | undefined;
  evaluateOnExit?:
    | {
        onStatusReason?: string | undefined;
        onReason?: string | undefined;
        onExitCode?: string | undefined;
        action: 'RETRY' | 'EXIT' | undefined;
      }[]
    | undefined;
}
export interface Consumables {
  consumableResourceList?: { consumableResource?: string | undefined; quantity?: number | undefined }[] | undefined;
}

/** What a job and its definition both tell. */
interface Settings {
  parameters?: Record<string, string> | undefined;
  retryStrategy?: RetryStrategy | undefined;
  timeout?: { attemptDurationSeconds?: number | undefined } | undefined;
  nodeProperties?: Nodes | undefined;
  ecsProperties?: EcsTasks | undefined;
  eksProperties?: EksPods | undefined;
  consumableResourceProperties?: Consumables | undefined;
}

export interface DescribedJob extends Settings {
  jobId: string | undefined;
  jobName: string | undefined;
  jobQueue: string | undefined;
  jobDefinition: string | undefined;
  status: string | undefined;
  container?: Container | undefined;
  arrayProperties?: { size?: number | undefined; index?: number | undefined } | undefined;
  dependsOn?: Dependency[] | undefined;
  shareIdentifier?: string | undefined;
  schedulingPriority?: number | undefined;
  propagateTags?: boolean | undefined;
  platformCapabilities?: string[] | undefined;
  tags?: Record<string, string> | undefined;
}

export interface Definition extends Settings {
  containerProperties?: Container | undefined;
}

export interface ContainerOverrides {
  command?: string[];
  environment?: Pair[];
  resourceRequirements?: Requirement[];
}
export interface EcsOverrides {
  taskProperties: { containers: (ContainerOverrides & { name?: string })[] }[];
}
export interface EksOverrides {
  podProperties: { containers?: EksContainer[]; initContainers?: EksContainer[] };
}
export interface NodeOverrides {
  numNodes?: number;
  nodePropertyOverrides?: {
    targetNodes: string;
    containerOverrides?: ContainerOverrides;
    ecsPropertiesOverride?: EcsOverrides;
    eksPropertiesOverride?: EksOverrides;
  }[];
}

/** What SubmitJob is asked for. */
export interface Submission {
  jobName: string;
  jobQueue: string;
  /** `name:revision` */
  jobDefinition: string;
  arrayProperties?: { size: number };
  dependsOn?: Dependency[];
  parameters?: Record<string, string>;
  containerOverrides?: ContainerOverrides;
  nodeOverrides?: NodeOverrides;
  ecsPropertiesOverride?: EcsOverrides;
  eksPropertiesOverride?: EksOverrides;
  consumableResourcePropertiesOverride?: Consumables;
  retryStrategy?: RetryStrategy;
  timeout?: { attemptDurationSeconds: number };
  shareIdentifier?: string;
  schedulingPriorityOverride?: number;
  propagateTags?: boolean;
  tags: Record<string, string>;
}
