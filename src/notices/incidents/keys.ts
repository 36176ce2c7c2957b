/** The keys of an incident's messages, under which the outbox keeps them and the renderers know them. */

/** The details in the thread are gathered for so long, and longer as the incident gets older. */
const GATHERED_MS = [
  { untilMs: 600_000, forMs: 30_000 },
  { untilMs: 3 * 3_600_000, forMs: 300_000 },
  { untilMs: Number.POSITIVE_INFINITY, forMs: 1_800_000 },
];

export const cardKey = (incident: string): string => `incident#${incident}`;
export const linesKey = (incident: string, from: number): string => `lines#${incident}#${from}`;
export const growthKey = (incident: string, members: number): string => `growth#${incident}#${members}`;
export const takenKey = (incident: string, at: number): string => `taken#${incident}#${at}`;

/** The stretch of time, from when to before when (ms), whose members are one message of the thread. */
export function stretchOf(openedAt: number, joinedAt: number): { from: number; to: number } {
  const age = Math.max(0, joinedAt - openedAt);
  const { forMs } = GATHERED_MS.find(({ untilMs }) => age < untilMs) ?? { forMs: 1_800_000 };
  const from = openedAt + Math.floor(age / forMs) * forMs;
  return { from, to: from + forMs };
}
