/** Jobs as busy teams have them, made from a seed: pipelines with samples and shards, arrays, nightly reports, trainings. */
import type { CorpusJob } from './corpus';

const TEAMS = ['genomics', 'imaging', 'climate', 'ranking', 'risk', 'vision', 'speech', 'maps', 'ledger', 'growth'];
const STEPS = [
  'fastqc',
  'align',
  'sort',
  'dedupe',
  'call',
  'annotate',
  'ingest',
  'train',
  'evaluate',
  'export',
  'tile',
];
const PEOPLE = ['ada', 'grace', 'linus', 'margaret', 'edsger', 'barbara'];
const ENDS = ['OutOfMemoryError: Container killed due to memory usage', 'Job attempt duration exceeded timeout'];
const SPAN_MS = 180 * 86_400_000;
const START = Date.UTC(2026, 0, 1);

/** Searches that fit these jobs, as they are typed. */
export const MADE_QUERIES = [
  '',
  'align',
  'genomics',
  'spot',
  'nightly risk',
  'genomics call',
  'train nightly',
  's0042',
  'shard-17',
  '20260315',
  'x',
  'zzzqqq',
  'na99999',
  'align status:failed',
  'queue:climate-spot',
  'queue:maps-spot status:failed since:2026-03-01 until:2026-03-10',
  'outofmemory',
  'seed42',
  'def:vision-train',
  'user:ada train',
];

/** A linear congruential generator with the constants of Numerical Recipes: the same jobs from the same seed everywhere. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function* makeCorpus(count: number, seed: number): Generator<CorpusJob> {
  const below = random(seed);
  const pick = (of: readonly string[]): string => of[below(of.length)] ?? '';
  const digits = (length: number) => Array.from({ length }, () => below(16).toString(16)).join('');
  const uuid = () => `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(12)}`;
  let created = START;
  let made = 0;
  while (made < count) {
    const [team, step, person] = [pick(TEAMS), pick(STEPS), pick(PEOPLE)];
    const [kind, size, sample] = [below(4), 1 + below(40), String(below(10_000)).padStart(4, '0')];
    const [parent, revision] = [uuid(), 1 + below(30)];
    const day = () => new Date(created).toISOString().slice(0, 10);
    for (let n = 0; n < size && made < count; n++, made++) {
      created += below(Math.ceil((2 * SPAN_MS) / count));
      const names = [
        `${team}-${step}-s${sample}-shard-${n}`,
        `${team}_${step}_${day()}_array`,
        `${team}-nightly-${step}-${day().replaceAll('-', '')}`,
        `train-${step}-${person}-seed${below(1000)}`,
      ];
      const failed = below(20) === 0;
      const started = created + 5_000 + below(300_000);
      yield {
        id: kind === 1 && n > 0 ? `${parent}:${n - 1}` : kind === 1 ? parent : uuid(),
        name: names[kind] ?? '',
        queue: `${team}-${below(4) === 0 ? 'ondemand' : 'spot'}`,
        def: `${team}-${step}:${revision}`,
        image: `registry/${team}/${step}:${revision}`,
        status: failed ? 'FAILED' : 'SUCCEEDED',
        reason: failed && below(2) === 0 ? pick(ENDS) : 'Essential container in task exited',
        exit: failed ? 1 : 0,
        created,
        runnable: created + below(4000),
        starting: started - below(4000),
        started,
        stopped: started + below(3_600_000),
        itype: pick(['m5.2xlarge', 'c6g.4xlarge', 'r7g.4xlarge']),
        arch: pick(['x86_64', 'arm64']),
        az: pick(['us-east-1a', 'us-east-1b']),
        vcpus: 4,
        mem: 8192,
        array: kind !== 1 ? null : n === 0 ? { size } : { index: n - 1 },
        attempts: 1,
        user: person,
      };
    }
  }
}
