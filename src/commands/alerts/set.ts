/** `/batch alerts set runnable:2h queue:spot-*`: from when on something is told, for all queues or some. */
import { UserError } from '../../errors';
import { parseSpan } from '../../jobs/time';
import { splitList } from '../../jobs/words';
import { THRESHOLDS, type ThresholdSpec } from '../../notices/routing/thresholds';
import { settingChanged } from '../../views/alertSettings';
import { code } from '../../views/kit';
import { thresholdText, thresholdTold } from '../../views/thresholds';
import type { Room } from '../command';
import { announce, audited } from './announce';
import { requireOperator } from './routeRequest';
import type { AlertsAsking, AlertsVerb } from './verb';

/** Of a job queue: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html, and `*`. */
const QUEUE = /^[\w*-]{1,128}$/;
const EXAMPLES = { span: '2h, 90m', times: '2, 3.5' } as const;

/** In the threshold's own unit; null for never, undefined for as it is by default. */
function readValue(spec: ThresholdSpec, typed: string): number | null | undefined {
  const folded = typed.trim().toLowerCase();
  if (folded === 'default') return undefined;
  if ((folded === 'never' || folded === 'off') && spec.occasion !== undefined) return null;
  const number = /^[x×]?\d+(?:\.\d+)?[x×]?$/.test(folded) ? Number(folded.replace(/[x×]/g, '')) : undefined;
  const value = spec.unit === 'span' ? parseSpan(folded) : number;
  if (value === undefined)
    throw new UserError(
      `I can't read ${spec.name}:${typed}. It goes ${spec.name}: and ${EXAMPLES[spec.unit]}, ${spec.occasion === undefined ? '' : 'never, '}or default.`,
      'alerts help set',
    );
  if (value < spec.least || value > spec.most)
    throw new UserError(
      `${spec.name}:${typed} is out of bounds: it lies between ${thresholdTold(spec.least, spec.unit)} and ${thresholdTold(spec.most, spec.unit)}${spec.occasion === undefined ? '' : ', or is never'}.`,
      'alerts help set',
    );
  return value;
}

interface SetRequest {
  values: { spec: ThresholdSpec; value: number | null | undefined }[];
  queues: string[];
}

function read(asking: AlertsAsking, slash: string): SetRequest {
  const usage = `It goes: ${slash} alerts set runnable:2h queue:spot-*. There are ${THRESHOLDS.map(({ name }) => name).join(', ')}.`;
  const request: SetRequest = { values: [], queues: [] };
  for (const token of asking.tokens) {
    if (token.kind === 'word' && /^(?:for|in|on|to|queue|queues)$/i.test(token.value)) continue;
    if (token.kind !== 'filter')
      throw new UserError(
        `I don't understand "${token.kind === 'word' ? token.value : token.name}" here. ${usage}`,
        'alerts help set',
      );
    const spec = THRESHOLDS.find(({ name }) => name === token.key);
    if (spec !== undefined) request.values.push({ spec, value: readValue(spec, token.value) });
    else if (token.key === 'queue') {
      const queues = splitList(token.value.replaceAll('∗', '*')).map((one) => one.replace(/\*+/g, '*'));
      const wrong = queues.find((one) => !QUEUE.test(one));
      if (wrong !== undefined || queues.length === 0)
        throw new UserError(
          `queue:${token.value} is not usable: a queue's name has letters, digits, - and _, and here also *.`,
        );
      request.queues.push(...queues);
    } else throw new UserError(`${token.key}: is nothing to set. ${usage}`, 'alerts help set');
  }
  const [first, second] = request.values;
  if (first === undefined || second !== undefined)
    throw new UserError(`One at a time, please. ${usage}`, 'alerts help set');
  if (request.queues.length > 0 && !first.spec.byQueue)
    throw new UserError(
      `${first.spec.name} is the same for all queues. Leave queue: out.`,
      `alerts set ${first.spec.name}:default`,
    );
  if (request.queues.length === 0) request.queues.push('*');
  return request;
}

/** As they were set for these queues, as somebody would type it; several where they differ. */
async function before(spec: ThresholdSpec, queues: readonly string[], room: Room): Promise<string[]> {
  const all = await room.history.alertSettings.list('now');
  const texts = queues.map((queue) => {
    const known = all.find(
      (one) => one.kind === 'threshold' && one.name === spec.name && one.queue.toLowerCase() === queue.toLowerCase(),
    );
    return known?.kind === 'threshold' ? thresholdText(known.value, spec.unit) : 'default';
  });
  return [...new Set(texts)];
}

export const set: AlertsVerb = {
  name: 'set',
  also: ['threshold'],
  usage: `<${THRESHOLDS.map(({ name }) => name).join('|')}>:<value|never|default> [queue:]`,
  summary: 'Says from when on something is told, for all queues or some.',
  example: 'runnable:2h queue:spot-*',
  async run(asking, room) {
    const { values, queues } = read(asking, room.slash);
    const [wanted] = values;
    if (wanted === undefined) throw new RangeError('read() gives one value');
    const { spec, value } = wanted;
    requireOperator(asking.person, queues.includes('*') ? {} : { queues });
    const { person } = asking;
    const [was, ...others] = await before(spec, queues, room);
    const given =
      value === undefined ? `default (${thresholdTold(spec.byDefault, spec.unit)})` : thresholdTold(value, spec.unit);
    const forQueues = queues.includes('*') ? 'all queues' : queues.map(code).join(' and ');
    const plainQueues = queues.includes('*') ? 'all queues' : queues.join(' and ');
    await audited('set', `set ${spec.name} to ${given} for ${plainQueues}`, asking, room);
    const at = room.now();
    for (const queue of queues) {
      const key = { kind: 'threshold' as const, name: spec.name, queue };
      if (value === undefined) await room.history.alertSettings.remove(key);
      else await room.history.alertSettings.set({ ...key, value, by: { id: person.id, name: person.name }, at });
    }
    const plain = `${spec.name} is ${given} for ${plainQueues}.`;
    if (room.alertChannel !== undefined)
      await announce(
        [
          {
            to: room.alertChannel,
            line: `<@${person.id}> set ${code(spec.name)} to ${given} for ${forQueues}: from when on ${spec.meaning}.`,
          },
        ],
        `set#${spec.name}#${at}`,
        plain,
        room,
      );
    const back = `alerts set ${spec.name}:${was}${queues.includes('*') ? '' : ` queue:${queues.join(',')}`}`;
    return {
      message: settingChanged(
        `${code(spec.name)} is ${given} for ${forQueues}: from when on ${spec.meaning}.`,
        plain,
        others.length === 0 ? back : undefined,
      ),
      replace: true,
    };
  },
};
