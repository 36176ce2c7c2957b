import fc from 'fast-check';
import { environmentHealth, queueHealth } from '../../src/jobs/capacity';

const well = { state: 'ENABLED', status: 'VALID', statusReason: 'ComputeEnvironment Healthy' };

test.each([
  ['CLIENT_ERROR - Not authorized to perform sts:AssumeRole', 'service role'],
  [
    'CLIENT_ERROR - The request uses the same client token as a previous, but non-identical request. Instance profile not found',
    'instance role',
  ],
  [
    'CLIENT_ERROR - You must use a valid fully-formed launch template. The specified version does not exist',
    'launch template',
  ],
  [
    'CLIENT_ERROR - One or more security groups in the launch template are not linked to the VPCs configured',
    'launch template',
  ],
  ["CLIENT_ERROR - The subnet ID 'subnet-1' does not exist", 'subnets'],
  ["CLIENT_ERROR - The image id '[ami-0]' does not exist", 'AMI'],
  ['INTERNAL_ERROR - ', 'fault of its own'],
  ['something that nobody has seen yet', 'Mend what the reason names'],
])('%s: %s', (statusReason, part) => {
  expect(environmentHealth({ state: 'ENABLED', status: 'INVALID', statusReason })).toMatchObject({
    kind: 'ill',
    word: 'invalid',
    reason: statusReason.trim(),
    nextStep: expect.stringContaining(part),
  });
});

test('Batch’s own words for health are not repeated', () => {
  expect(environmentHealth(well)).toEqual({ kind: 'well', word: 'enabled', reason: undefined });
});

test('a queue goes on while one of its environments does, and is blocked when none does', () => {
  const queue = { state: 'ENABLED', status: 'VALID', statusReason: 'JobQueue Healthy' };
  const off = { ...well, name: 'off', state: 'DISABLED' };
  expect(queueHealth({ ...queue, environments: [off, { ...well, name: 'on' }] }).kind).toBe('well');
  expect(queueHealth({ ...queue, environments: [off] })).toMatchObject({
    word: 'blocked',
    reason: 'No job can start: off is disabled.',
  });
  // A queue of SageMaker's service jobs has no compute environments.
  expect(queueHealth({ ...queue, environments: [] }).kind).toBe('well');
});

test('whatever AWS says, only what is ENABLED and VALID is well, and what is ill has a next step', () => {
  const word = fc.option(
    fc.oneof(fc.constantFrom('ENABLED', 'DISABLED', 'VALID', 'INVALID', 'UPDATING'), fc.string()),
    {
      nil: undefined,
    },
  );
  fc.assert(
    fc.property(word, word, fc.option(fc.string(), { nil: undefined }), (state, status, statusReason) => {
      const health = environmentHealth({ state, status, statusReason });
      expect(health.kind === 'well').toBe(state === 'ENABLED' && status === 'VALID');
      if (health.kind === 'ill' || health.kind === 'off') expect(health.nextStep).toMatch(/\.$/);
    }),
  );
});
