/** Causes that are an image's: it could not be pulled, for one of many reasons. */
import { type Explained, has, hasAll, type Row, retryAsItIs } from './row';

/** ECS on EC2 and Fargate; EKS's kubelet has words of its own. */
const PULL =
  /CannotPull(?:Container|ECRContainer|ImageManifest)?|ImagePullBackOff|ErrImagePull|InvalidImageName|manifest (?:unknown|for .* not found)|pull access denied|failed to resolve ref/i;

const which = ({ image }: Explained): string => (image === undefined ? '' : `: ${image}`);
const couldNot = (why: string) => (job: Explained) => `Its image could not be pulled, ${why}${which(job)}.`;

export const IMAGE: readonly Row[] = [
  {
    // nextflow-io/nextflow#5099, azavea/raster-vision#1212; ECS developer guide, "CannotPullContainer task errors".
    key: 'diskFull',
    example: {
      statusReason: 'Task failed to start',
      containerReason:
        'CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob887491687: no space left on device',
    },
    fits: has(/no space left on device|ENOSPC|disk quota exceeded/i),
    headline: 'disk full',
    sentence: (job) =>
      `The disk of its instance is full${PULL.test(job.containerReason ?? '') ? ': the image did not fit beside what was there' : ''}.`,
    nextStep:
      'Give the instances a bigger volume in the launch template (on Fargate: ephemeralStorage), or make the image smaller.',
    evidence: ['log', 'host'],
  },
  {
    // repost.aws/knowledge-center/ecs-pull-container-error-rate-limit; ECR answers "toomanyrequests: Rate exceeded".
    key: 'imageRateLimit',
    example: {
      containerReason:
        'CannotPullContainerError: inspect image has been retried 5 time(s): httpReaderSeeker: failed open: unexpected status code 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
    },
    fits: hasAll(PULL, /toomanyrequests|Too Many Requests|pull rate limit|rate exceeded/i),
    headline: 'too many image pulls',
    sentence: couldNot('since its registry allows no more pulls for now'),
    nextStep: 'Copy the image to ECR (or set up a pull-through cache), or log in to the registry; then run it again.',
    remedy: retryAsItIs,
  },
  {
    // Fargate's words, seen in many repositories; Docker says "no matching manifest for linux/arm64/v8".
    key: 'imagePlatform',
    example: {
      containerReason:
        "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'.",
    },
    fits: has(/descriptor matching platform|no matching manifest for|no match for platform|exec format error/i),
    headline: 'image is for another processor',
    sentence: (job) => `Its image was built for another kind of processor than its instance has${which(job)}.`,
    nextStep: 'Build it with docker buildx --platform linux/amd64 (or linux/arm64 for Graviton), or for both.',
    evidence: ['environments'],
  },
  {
    // ECS developer guide, "CannotPullContainer task errors"; "no basic auth credentials" is Docker's for ECR without rights.
    key: 'imageAccess',
    example: {
      containerReason:
        'CannotPullContainerError: Error response from daemon: Get https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/align/manifests/7: no basic auth credentials',
    },
    fits: hasAll(
      PULL,
      /no basic auth credentials|pull access denied|unauthorized|forbidden|not authorized|AccessDenied|requested access to the resource is denied|authorization failed|permissions to pull/i,
    ),
    headline: 'no right to pull the image',
    sentence: couldNot('since the registry refused: the role has no right to it, or it is not there'),
    nextStep:
      'Let the execution role (on EC2 the instance role) pull it: ecr:GetAuthorizationToken, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer; across accounts also the repository’s policy.',
  },
  {
    // The file of observed reasons ("manifest unknown"), ECS developer guide ("…: not found"), EKS's InvalidImageName.
    key: 'imageNotFound',
    example: {
      statusReason: 'Task failed to start',
      containerReason:
        'CannotPullContainerError: Error response from daemon: manifest for 111122223333.dkr.ecr.us-east-1.amazonaws.com/align:8 not found: manifest unknown: Requested image not found',
    },
    fits: hasAll(PULL, /not found|manifest unknown|name unknown|does not exist|invalid reference|InvalidImageName/i),
    headline: 'image not found',
    sentence: couldNot('since the registry has none of that name and tag'),
    nextStep: 'Check the image’s name and tag and that it was pushed; then register the definition anew.',
  },
  {
    // globaldothealth/list#2662 (Client.Timeout), nextflow-io/nextflow#4096 (context canceled), ECS developer guide.
    key: 'imageUnreachable',
    example: {
      containerReason:
        'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref 111122223333.dkr.ecr.us-east-1.amazonaws.com/align:7: failed to do request: Head "https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/align/manifests/7": dial tcp 10.0.3.17:443: i/o timeout',
    },
    fits: hasAll(
      PULL,
      /i\/o timeout|Client\.Timeout|request canceled|context (?:canceled|deadline exceeded)|connection (?:refused|reset|issue)|no such host|dial tcp|network configuration|timed? ?out/i,
    ),
    headline: 'registry could not be reached',
    sentence: couldNot('since its registry could not be reached'),
    nextStep:
      'If it happens once, run it again; if always, give the subnet a way out: NAT, a public address, or VPC endpoints for ECR (api, dkr) and S3.',
    remedy: retryAsItIs,
  },
  {
    // Any other CannotPullContainerError, ErrImagePull, ImagePullBackOff.
    key: 'imagePull',
    example: { containerReason: 'CannotPullContainerError: ref pull has been retried 1 time(s)' },
    fits: has(PULL),
    headline: 'image could not be pulled',
    sentence: (job) => `Its image could not be pulled${which(job)}.`,
    nextStep: 'Check the image’s name and tag, that it was pushed, and that the execution role may read it.',
  },
];
