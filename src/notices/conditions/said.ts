/** What holds a waiting job back, as `/batch why` words it, as one line of plain text. */
import type { Job } from '../../jobs/job';
import type { Obstacle, WaitingFacts } from '../../jobs/waiting';
import { wordsOf } from '../../views/obstacle';

/** @returns the sentence and the next step; foreign words in it are not escaped yet */
export function saidOf(
  obstacle: Obstacle,
  { job, facts, now }: { job: Job; facts: WaitingFacts; now: number },
  other?: string,
): string {
  const { sentence, nextStep = '' } = wordsOf(obstacle, {
    job,
    facts,
    now,
    region: '',
    verbs: [],
    missing: [],
    mayAct: false,
  });
  const elsewhere = other === undefined ? '' : `${other} is on demand and could take it.`;
  return [sentence, nextStep, elsewhere].filter((part) => part !== '').join(' ');
}
