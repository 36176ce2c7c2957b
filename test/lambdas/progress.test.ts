/** The progress line, as a terminal and as a log see it. */
import { progress, progressText, roughTime } from '../../src/lambdas/progress';

function screen(isTTY: boolean, columns = 100) {
  let clock = 0;
  let written = '';
  const write = (text: string): void => {
    written += text;
  };
  const shown = progress('jobs', { isTTY, columns, write }, () => clock);
  return {
    shown,
    wait: (ms: number) => {
      clock += ms;
    },
    written: () => written,
  };
}

test('a line tells how much is done, how fast, and how long it takes where the whole is known', () => {
  expect(progressText('jobs', { done: 1_234 }, 500)).toBe('1,234 jobs');
  expect(progressText('jobs', { done: 50_000, part: 0.25 }, 10_000)).toBe(
    '█████░░░░░░░░░░░░░░░ 25 % · 50,000 jobs · 5,000 a second · 30 s left',
  );
  expect(progressText('jobs', { done: 10, part: 1, doing: 'sorting' }, 10_000)).toBe(
    '████████████████████ 100 % · 10 jobs · 1 a second · sorting',
  );
});

test('lengths of time are told roughly', () => {
  expect([0, 40_000, 100_000, 3_000_000, 20_000_000].map(roughTime)).toEqual([
    '1 s',
    '40 s',
    '2 min',
    '50 min',
    '5 h 33 min',
  ]);
});

test('on a terminal one line renews itself, gives way to what is said, and goes at the end', () => {
  const { shown, wait, written } = screen(true, 20);
  wait(1_000);
  shown.tell(1, 0.5);
  shown.tell(2, 0.5);
  shown.say('line 7: bad');
  shown.end();
  const line = '██████████░░░░░░░░░░';
  expect(written()).toBe(`\r${line}\u001b[K\r\u001b[Kline 7: bad\n\r${line}\u001b[K\r\u001b[K`);
});

test('in a log there is a line every five seconds, and none for what is quick', () => {
  const { shown, wait, written } = screen(false);
  for (let second = 0; second < 12; second++) {
    shown.tell(second);
    wait(1_000);
  }
  shown.end();
  expect(written()).toBe('5 jobs · 1 a second\n10 jobs · 1 a second\n');
});
