/** What an instance type can have at most, read from its name. */
import fc from 'fast-check';
import { fitsNone, mostOf } from '../../src/jobs/instanceSizes';
import { INSTANCE_TYPES } from '../../src/local/aws/world/hosts';

test.each(Object.entries(INSTANCE_TYPES))('%s has no more than is said', (type, { vcpus, memoryMiB, gpus }) => {
  const most = mostOf(type);
  expect(most.vcpus).toBeGreaterThanOrEqual(vcpus);
  expect(most.memoryMiB).toBeGreaterThanOrEqual(memoryMiB);
  expect(most.gpus).toBeGreaterThanOrEqual(gpus);
});

test.each([
  ['m5.2xlarge', { vcpus: 8, memoryMiB: 32_768, gpus: 0 }],
  ['r6i.large', { vcpus: 2, memoryMiB: 16_384, gpus: 0 }],
  ['c5n.18xlarge', { vcpus: 72, memoryMiB: 72 * 2.625 * 1024, gpus: 0 }],
])('%s', (type, most) => expect(mostOf(type)).toEqual(most));

test.each<[string[], Parameters<typeof fitsNone>[1], ReturnType<typeof fitsNone>]>([
  [['m5.large', 'm5.xlarge'], { vcpus: 8 }, 'vcpus'],
  [['m5.large', 'm5.xlarge'], { vcpus: 4, memoryMiB: 16_000 }, undefined],
  // All of its memory is more than a job can have.
  [['m5.xlarge'], { memoryMiB: 16_384 }, 'memory'],
  [['m5', 'c6i', 'optimal'], { gpus: 1 }, 'gpus'],
  [['m5', 'g5.xlarge'], { gpus: 1 }, undefined],
  [['c5.4xlarge', 'r5.large'], { vcpus: 8, memoryMiB: 60_000 }, 'memory'],
  [['c5.4xlarge', 'r5.xlarge'], { vcpus: 8, memoryMiB: 30_000 }, undefined],
  [['c5.4xlarge', 'r5.2xlarge'], { vcpus: 16, memoryMiB: 60_000 }, 'all'],
  // A family may have a size that fits.
  [['m5'], { vcpus: 500, memoryMiB: 9_999_999 }, undefined],
  [['hpc6a.48xlarge', 'u-6tb1.metal', 'new9x.large'], { vcpus: 900, gpus: 9 }, undefined],
  [[], { vcpus: 900 }, undefined],
])('%j for %j: %s', (types, asked, lacks) => expect(fitsNone(types, asked)).toBe(lacks));

test('one more type never makes a job fit less, and asking less never either', () => {
  const type = fc.constantFrom('m5.large', 'c5.4xlarge', 'r5.2xlarge', 'g5.xlarge', 'optimal', 'm5', 'odd', 't3.nano');
  const asked = fc.record({ vcpus: fc.nat(100), memoryMiB: fc.nat(200_000), gpus: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(type, { minLength: 1 }), type, asked, (types, more, need) => {
      if (fitsNone(types, need) === undefined) {
        expect(fitsNone([...types, more], need)).toBeUndefined();
        expect(fitsNone(types, { ...need, vcpus: Math.floor(need.vcpus / 2), gpus: 0 })).toBeUndefined();
      }
    }),
  );
});
