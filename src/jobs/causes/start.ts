/** Causes before the command runs: what ECS, Fargate or Docker needed to start the container and did not have. */
import { type Explained, has, hasAll, type Row, retryAsItIs } from './row';

const START =
  /CannotStartContainer|CannotCreateContainer|CreateContainerError|RunContainerError|OCI runtime|runc create/i;
const SECRET =
  /secrets?manager|Secrets Manager|from asm|\bSSM\b|from ssm|fetch(?:ing)? secret|pull secrets|registry auth/i;
const UNREACHABLE =
  /i\/o time|context (?:canceled|deadline exceeded)|RequestCanceled|connection (?:refused|reset|issue)|no such host|dial tcp|task network configuration|Client\.Timeout|signal: killed/i;

export const START_FAILED: readonly Row[] = [
  {
    // doctorray117/minecraft-ondemand#74, Releem/releem-agent#195: the same words for ECR, Secrets Manager, SSM and Logs.
    key: 'noRoute',
    example: {
      statusReason:
        'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.us-east-2.amazonaws.com/": dial tcp 10.0.1.8:443: i/o timeout. Please check your task network configuration.',
    },
    fits: hasAll(/ResourceInitializationError|logging driver|logger args|secret/i, UNREACHABLE),
    headline: 'AWS could not be reached from its subnet',
    sentence: () => 'Before it could start, its host could not reach the AWS service that it needed.',
    nextStep:
      'Give its subnet a way out: NAT, a public address, or VPC endpoints (ecr.api, ecr.dkr, s3, logs, secretsmanager, ssm); check the security group’s outbound rules.',
    evidence: ['environments'],
  },
  {
    // aws/aws-cdk#25675, seqeralabs/nf-tower#305, prakhar1989/docker-curriculum#260; Fargate: "failed to validate logger args".
    key: 'logDriver',
    example: {
      statusReason: 'Task failed to start',
      containerReason:
        'CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.',
    },
    fits: has(/failed to initialize logging driver|failed to validate logger args|failed to create Cloudwatch log/i),
    headline: 'its log could not be opened',
    sentence: (job) =>
      `Its log could not be opened${/ResourceNotFound|does not exist/i.test(said(job)) ? `: the log group${job.logGroup === undefined ? '' : ` ${job.logGroup}`} does not exist` : /AccessDenied|not authorized/i.test(said(job)) ? ': its role may not write logs' : ''}.`,
    nextStep:
      'Create the log group of its logConfiguration, and let the execution role (on EC2 the instance role) call logs:CreateLogStream and logs:PutLogEvents.',
  },
  {
    // ECS developer guide, "ResourceInitializationError"; aws-samples/dataops-platform-airflow-dbt#12; on EC2 "Fetching secret data from …".
    key: 'secret',
    example: {
      statusReason:
        'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:us-east-1:111122223333:secret:db-Xy12Zz from secrets manager: AccessDeniedException',
    },
    fits: hasAll(
      /ResourceInitializationError|Fetching secret|failed to fetch secret|unable to (?:pull|retrieve) secret/i,
      SECRET,
    ),
    headline: 'a secret could not be read',
    sentence: (job) =>
      `A secret that its definition names could not be read${/ResourceNotFound|can(?:'|’)t find/i.test(said(job)) ? ': it does not exist' : /AccessDenied|not authorized/i.test(said(job)) ? ': the execution role has no right to it' : ''}.`,
    nextStep:
      'Check the secret’s ARN in the definition, and that the execution role may call secretsmanager:GetSecretValue or ssm:GetParameters (and kms:Decrypt).',
  },
  {
    // ECS developer guide, "CannotCreateVolumeError" and "ResourceInitializationError: failed to invoke EFS utils commands".
    key: 'volume',
    example: {
      statusReason:
        'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: Connection timed out',
    },
    fits: has(
      /CannotCreateVolume|EFS utils|mount\.nfs|invalid mount config|error mounting|failed to mount|FailedMount/i,
    ),
    headline: 'a volume could not be mounted',
    sentence: () => 'A volume that its definition names could not be mounted.',
    nextStep:
      'Check the file system’s id, its mount target in the job’s subnet, and that the security group lets NFS (2049) in.',
  },
  {
    // aws/amazon-ecs-agent#4825, aws-solutions/distributed-load-testing-on-aws#82: awsvpc and Fargate.
    key: 'networkInterface',
    example: { statusReason: 'Timeout waiting for network interface provisioning to complete.' },
    fits: has(
      /network interface (?:provisioning|attachment)|(?:Create|Attach)NetworkInterface|(?:create|attach) network interface|ephemeral ?storage provisioning|failed to configure ENI/i,
    ),
    headline: 'no network interface in time',
    sentence: () => 'AWS did not attach its network interface or storage in time.',
    nextStep:
      'Run it again; if it repeats, look for free addresses in its subnets and the account’s limit of network interfaces.',
    remedy: retryAsItIs,
  },
  {
    // NVIDIA/nvidia-container-runtime#81; Docker: could not select device driver "nvidia" with capabilities: [[gpu]].
    key: 'gpuDriver',
    example: {
      containerReason:
        'CannotStartContainerError: Error response from daemon: OCI runtime create failed: nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown',
    },
    fits: has(/nvidia-container-cli|could not select device driver/i),
    headline: 'no GPU driver on its instance',
    sentence: () => 'Its instance has no working GPU driver.',
    nextStep: 'Use the ECS GPU-optimized AMI (image type ECS_AL2_NVIDIA or newer) in its compute environment.',
    evidence: ['environments'],
  },
  {
    // The file of observed reasons; ECS developer guide, "Stopped tasks error messages": taskStartFailed by IAM.
    key: 'role',
    example: {
      statusReason:
        "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/align-job' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
    },
    fits: has(
      /unable to assume the role|trust relationship|AccessDenied|not authorized to perform|permission denied by iam/i,
    ),
    headline: 'a role or permission is missing',
    sentence: (job) => {
      const [, action] = /not authorized to perform:?\s+([a-z0-9-]+:\w+)/i.exec(said(job)) ?? [];
      return `AWS refused a role or permission that it needs${action === undefined ? '' : `: ${action}`}.`;
    },
    nextStep: 'Check the job role’s and execution role’s trust policy (ecs-tasks.amazonaws.com) and permissions.',
  },
  {
    // Netflix/metaflow#419, aws/amazon-ecs-agent#682 and #1440; Fargate 1.4: ContainerRuntimeTimeoutError.
    key: 'dockerTimeout',
    example: {
      containerReason: 'CannotInspectContainerError: Could not transition to inspecting; timed out after waiting 30s',
    },
    fits: has(
      /DockerTimeout|ContainerRuntimeTimeout|Could not transition to (?:running|created|inspecting|started|stopped)|CannotInspectContainer/i,
    ),
    headline: 'Docker did not answer in time',
    sentence: () => 'Docker on its instance did not answer in time, which happens on overloaded or slow disks.',
    nextStep: 'Run it again; if it repeats, use instances with more disk throughput or fewer jobs on each.',
    evidence: ['host'],
    remedy: retryAsItIs,
  },
  {
    // broadinstitute/cromwell#4604, grycap/scar#323, aws/amazon-ecs-cli#78.
    key: 'commandNotInImage',
    example: {
      statusReason: 'Task failed to start',
      containerReason:
        'CannotStartContainerError: Error response from daemon: OCI runtime create failed: container_linux.go:348: starting container process caused "exec: \\"gzipdata\\": executable file not found in $PATH": unknown',
    },
    fits: hasAll(START, /executable file not found|no such file or directory|not a directory/i),
    headline: 'command not in the image',
    sentence: (job) => {
      const [, name] = /exec: \\?"([^"\\]{1,80})/.exec(said(job)) ?? [];
      return `The container could not start: its command ${name === undefined ? '' : `“${name}” `}is not in the image.`;
    },
    nextStep: 'Check the command: one word an item, not a whole line; and its path in the image.',
  },
  {
    // Docker: exec: "/app/run.sh": permission denied; the file lacks its executable bit.
    key: 'commandNotAllowed',
    example: {
      containerReason:
        'CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/run.sh": permission denied: unknown',
    },
    fits: hasAll(START, /permission denied/i),
    headline: 'command may not be executed',
    sentence: () => 'The container could not start: its command may not be executed.',
    nextStep: 'Make it executable in the image (chmod +x), or call it through its interpreter.',
  },
  {
    // The file of observed reasons ("Task failed to start"); ECS developer guide, "CannotStartContainerError".
    key: 'startFailed',
    example: { statusReason: 'Task failed to start' },
    fits: has(new RegExp(`${START.source}|Task failed to start|ResourceInitialization|ContainerRuntimeError`, 'i')),
    headline: 'the container could not start',
    sentence: () => 'The container could not start.',
    nextStep: 'The container’s own reason names the part at fault: command, volume, secret or runtime.',
    evidence: ['host'],
    remedy: retryAsItIs,
  },
];

function said({ statusReason = '', containerReason = '' }: Explained): string {
  return `${statusReason}\n${containerReason}`;
}
