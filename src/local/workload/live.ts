/** The work that this account's people submit by themselves, so that there is always life to look at. */
import type { SubmitJobRequest } from '@aws-sdk/client-batch';
import type { Ending, Script } from '../aws/script';
import { definitionName, queuesOf, STUCK_QUEUE, SUBMITTERS } from './catalog';
import { anyRun, newRun, type Run } from './names';
import { randomFrom } from './random';

export interface Batch {
  /** Gives the new job's id. */
  submit(request: SubmitJobRequest, script: Script): string;
  terminate(jobId: string, reason: string): void;
  isOver(jobId: string): boolean;
}

const MOST_IN_FLIGHT = 22;
const FEW_IN_FLIGHT = 9;
/** Seconds between submissions: brisk until there is something to see. */
const BRISK_SECONDS = 0.7;
const CALM_SECONDS = 4;

/** One of these every third submission, in turn: each kind comes every minute or two. */
const TROUBLES: {
  ending: Ending;
  retries?: number;
  failAttempts?: number;
  timeoutSeconds?: number;
  dependent?: true;
}[] = [
  { ending: { kind: 'exit', code: 1 } },
  { ending: { kind: 'oom' }, retries: 2 },
  { ending: { kind: 'spot' }, retries: 2, failAttempts: 1 },
  { ending: { kind: 'pull' } },
  { ending: { kind: 'exit', code: 2 }, dependent: true },
  { ending: { kind: 'hang' }, timeoutSeconds: 60 },
  { ending: { kind: 'spot' } },
  { ending: { kind: 'exit', code: 139 }, retries: 3 },
];

export function liveWorkload(given: {
  batch: Batch;
  seed: number;
  speed: number;
  now: () => number;
  after: (ms: number, run: () => void) => void;
}) {
  const { batch, speed, after } = given;
  const random = randomFrom(`live ${given.seed} ${given.now()}`);
  let inFlight: string[] = [];
  let made = 0;
  let troubles = 0;
  let paused = false;
  let run: Run = anyRun(random);
  let index = 0;

  const request = (from: Run, number: number, more: Partial<SubmitJobRequest> = {}): SubmitJobRequest => {
    const { name, step } = from.job(number, given.now());
    return {
      jobName: name,
      jobQueue: queuesOf(from.team)[random.chance(0.8) ? 0 : 1],
      jobDefinition: definitionName(from.team, step),
      tags: { submitter: from.submitter, team: from.team },
      ...more,
    };
  };
  const submit = (what: SubmitJobRequest, script: Script): string => {
    const id = batch.submit(what, script);
    inFlight.push(id);
    return id;
  };
  const runSeconds = () => random.between(12, 70);

  const submitWell = () => {
    if (index >= Math.min(run.size, 12) || run.kind === 'array') {
      run = newRun(random, random.pick(['pipeline', 'nextflow', 'cromwell', 'nightly', 'train']));
      index = 0;
    }
    const id = submit(request(run, index++), { ending: { kind: 'ok' }, runSeconds: runSeconds() });
    if (!random.chance(0.06)) return;
    const reason = `Terminated by ${random.pick(SUBMITTERS)}: ${random.pick(['wrong input', 'superseded', 'too expensive'])}`;
    after((random.between(10, 25) * 1000) / speed, () => batch.terminate(id, reason));
  };

  const submitTrouble = () => {
    const trouble = TROUBLES[troubles++ % TROUBLES.length];
    if (!trouble) return;
    const script: Script = {
      ending: trouble.ending,
      runSeconds: random.between(8, 35),
      ...(trouble.failAttempts !== undefined && { failAttempts: trouble.failAttempts }),
    };
    const from = anyRun(random);
    const id = submit(
      request(from, 0, {
        ...(trouble.retries !== undefined && { retryStrategy: { attempts: trouble.retries } }),
        ...(trouble.timeoutSeconds !== undefined && { timeout: { attemptDurationSeconds: trouble.timeoutSeconds } }),
        // Spot hosts are what gets reclaimed.
        ...(trouble.ending.kind === 'spot' && { jobQueue: queuesOf(from.team)[0] }),
      }),
      script,
    );
    if (trouble.dependent) {
      submit(request(from, 1, { dependsOn: [{ jobId: id }] }), { ending: { kind: 'ok' }, runSeconds: runSeconds() });
    }
  };

  const submitArray = () => {
    const array = newRun(random, 'array');
    const fails = random.chance(0.5);
    submit(request(array, 0, { arrayProperties: { size: array.size } }), {
      ending: random.pick<Ending>([{ kind: 'oom' }, { kind: 'exit', code: 1 }]),
      runSeconds: random.between(15, 45),
      failIndexes: fails ? [[2, random.between(3, 7)]] : [],
    });
  };

  /** Too large for its environment; its owner notices after a few minutes. */
  const submitStuck = () => {
    const what = newRun(random, 'train');
    const id = submit(
      request(what, 0, {
        jobQueue: STUCK_QUEUE,
        containerOverrides: {
          resourceRequirements: [
            { type: 'VCPU', value: '32' },
            { type: 'MEMORY', value: '65536' },
          ],
        },
      }),
      { ending: { kind: 'ok' } },
    );
    after((random.between(200, 300) * 1000) / speed, () =>
      batch.terminate(id, `Cancelled by ${what.submitter}: never started`),
    );
  };

  const tick = () => {
    inFlight = inFlight.filter((id) => !batch.isOver(id));
    if (!paused && inFlight.length < MOST_IN_FLIGHT) {
      const turn = made++;
      if (turn % 32 === 5) submitStuck();
      else if (turn % 16 === 7) submitArray();
      else if (turn % 3 === 2) submitTrouble();
      else submitWell();
    }
    const seconds = inFlight.length < FEW_IN_FLIGHT ? BRISK_SECONDS : CALM_SECONDS * (0.6 + random.fraction() * 0.8);
    after((seconds * 1000) / speed, tick);
  };
  after(0, tick);

  return {
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
    },
  };
}
