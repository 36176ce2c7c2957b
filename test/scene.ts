/** A small world for scenes: the whole bot with its local AWS and Slack on free ports, and people who say and press. */
import { type BatchClient, SubmitJobCommand, type SubmitJobCommandInput } from '@aws-sdk/client-batch';
import type { Message } from '../src/local/slack/server';
import { type LocalWorld, startWorld, type WorldOptions } from '../src/local/world';
import { defineJob, localBatch } from './localBatch';

export interface Person {
  /** Types in a channel and gets what came of it, as a person reads it. */
  says(text: string, channel?: string): Promise<Message[]>;
  /** Presses the control of that label on a message, through its confirm dialog. */
  presses(
    label: string,
    on: Message,
    more?: { confirm?: boolean; values?: Record<string, string>; option?: string },
  ): Promise<Message[]>;
}

export interface Scene {
  world: LocalWorld;
  /** May cancel. */
  ada: Person;
  /** May only look. */
  vic: Person;
  /** Gives and takes roles. */
  root: Person;
  /** Anybody else, by name. */
  person(name: string): Person;
  batch: BatchClient;
  /** Submits a job whose behaviour its environment tells (see src/local/aws/script.ts); gives its id. */
  submit(name: string, environment?: Record<string, string>, more?: Partial<SubmitJobCommandInput>): Promise<string>;
  alerts(): Message[];
  /** Waits until something is so; fails with what was seen last. */
  until<T>(what: string, look: () => T | undefined | Promise<T | undefined>, withinMs?: number): Promise<T>;
  end(): Promise<void>;
}

const QUEUE = 'genomics-prod-spot';

/** The one message that came; on a loaded machine a note that the bot is still at work may come before it. */
export function only(messages: readonly Message[]): Message {
  const answers = messages.filter(({ plain }) => !plain.startsWith('Still at work'));
  expect(answers).toHaveLength(1);
  return answers[0] as Message;
}

/** How many calls to AWS's services something took, by operation: `batch.DescribeJobs`. */
export async function callsOf({ world }: Scene, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = world.aws.counts();
  await work();
  const after = world.aws.counts();
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, { calls }]) => {
      const more = calls - (before[name]?.calls ?? 0);
      return more > 0 && /^(?:batch|logs|ec2|ecs)\./.test(name) ? [[name, more]] : [];
    }),
  );
}

export async function scene(options: Partial<WorldOptions> = {}): Promise<Scene> {
  const world = await startWorld({
    port: 0,
    awsPort: 0,
    autonomous: false,
    speed: 50,
    sweepMs: 0,
    quietMs: 60,
    // A busy machine is no reason for another message in every scene.
    silenceMs: 120_000,
    // There is nothing yet that it could find.
    firstSweep: (options.jobs ?? 0) > 0,
    // A sweep asks for each queue by itself.
    ...((options.jobs ?? 0) > 0 ? {} : { teams: 4 }),
    ...options,
  });
  const batch = localBatch(world.aws.url);
  await defineJob(batch, 'scene', { memoryMiB: 2048 });
  const person = (name: string): Person => ({
    says: async (text, channel = 'general') =>
      (await world.slack.say({ user: name, channel, text })).messages.filter(
        (message) => message.channel_name === channel,
      ),
    presses: async (label, on, more = {}) =>
      (await world.slack.press({ user: name, channel: on.channel, ts: on.ts, label, ...more })).messages.filter(
        (message) => message.channel === on.channel,
      ),
  });
  return {
    world,
    batch,
    ada: person('ada'),
    vic: person('vic'),
    root: person('root'),
    person,
    async submit(name, environment = {}, more = {}) {
      const { jobId } = await batch.send(
        new SubmitJobCommand({
          jobName: name,
          jobQueue: QUEUE,
          jobDefinition: 'scene',
          containerOverrides: {
            environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
          },
          ...more,
        }),
      );
      if (jobId === undefined) throw new Error('SubmitJob gave no id');
      return jobId;
    },
    alerts: () => world.slack.channel('batch-alerts'),
    async until(what, look, withinMs = 60_000) {
      const end = Date.now() + withinMs;
      for (;;) {
        const seen = await look();
        if (seen !== undefined) return seen;
        if (Date.now() > end) throw new Error(`still waiting for ${what} after ${withinMs} ms`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async end() {
      batch.destroy();
      await world.close();
    },
  };
}
