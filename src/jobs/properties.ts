/**
 * How a job was set up, beyond what searches and lists need: roles, retry rules, variables, mounts, containers and nodes.
 *
 * Of environment variables only the names are kept; a value is kept where `SHOWN_VARIABLES` allows its name.
 */
import * as z from 'zod';

/** One rule of the retry strategy: all the conditions that are given must fit, `*` at the end allowed. */
export const retryRuleSchema = z.object({
  action: z.enum(['RETRY', 'EXIT']),
  onStatusReason: z.string().optional(),
  onReason: z.string().optional(),
  onExitCode: z.string().optional(),
});
export type RetryRule = z.infer<typeof retryRuleSchema>;

/** The environment of a container, or of a job with one. */
const environment = {
  /** Names of environment variables. */
  variables: z.array(z.string()).optional(),
  shownVariables: z.record(z.string(), z.string()).optional(),
  /** Names of variables that are filled from secrets. */
  secrets: z.array(z.string()).optional(),
};

/** What one of several containers, or the nodes of one range, run and ask for. */
export const partSchema = z.object({
  /** The container's name, or the range as Batch writes it: `0:3`, `4:` to the last. */
  name: z.string().optional(),
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  vcpus: z.number().optional(),
  memoryMiB: z.number().optional(),
  gpus: z.number().optional(),
  instanceType: z.string().optional(),
  /** Where a container logs, if the definition says. */
  logGroup: z.string().optional(),
  logRegion: z.string().optional(),
  /** Only a container can be other than essential. */
  essential: z.boolean().optional(),
  ...environment,
});
export type Part = z.infer<typeof partSchema>;

export const propertiesSchema = z.object({
  jobRole: z.string().optional(),
  executionRole: z.string().optional(),
  serviceAccount: z.string().optional(),
  /** The user inside of the container, not the person who submitted the job. */
  containerUser: z.string().optional(),
  privileged: z.boolean().optional(),
  readonlyRoot: z.boolean().optional(),
  cpuArchitecture: z.string().optional(),
  ephemeralStorageGiB: z.number().optional(),
  retryRules: z.array(retryRuleSchema).optional(),
  /** Each child of the array waits for the one before it. */
  sequential: z.boolean().optional(),
  /** Those of `dependsOn` of which a child waits for the child of its own index only. */
  nToN: z.array(z.string()).optional(),
  shareIdentifier: z.string().optional(),
  schedulingPriority: z.number().optional(),
  parameters: z.record(z.string(), z.string()).optional(),
  /** Of a job with one container; where there are several, each of the parts has its own. */
  ...environment,
  mounts: z
    .array(z.object({ path: z.string(), source: z.string().optional(), readOnly: z.boolean().optional() }))
    .optional(),
  /** `nofile 1024:65536`: soft and hard limit. */
  ulimits: z.array(z.string()).optional(),
  /** Where there are several. */
  containers: z.array(partSchema).optional(),
  mainNode: z.number().int().optional(),
  nodeRanges: z.array(partSchema).optional(),
  /** Present on a node of a multi-node job. */
  nodeIndex: z.number().int().optional(),
  isMainNode: z.boolean().optional(),
});
export type Properties = z.infer<typeof propertiesSchema>;

/** The environment variable that holds a timeout where no other is named: that of Batchiepatchie. */
export const TIMEOUT_VARIABLE = 'PYBATCH_TIMEOUT';

/** Which environment variables may be shown with their value. */
export interface Shows {
  (variable: string): boolean;
  /** The one that holds a timeout, whose value is read whether it may be shown or not. */
  readonly timeoutVariable?: string;
}
export const showsNone: Shows = () => false;
