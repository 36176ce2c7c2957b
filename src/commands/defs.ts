/** `/batch defs [name]`: job definitions with their active revisions, what the newest runs, and when it was last used. */
import { UserError } from '../errors';
import { type Definition, definitionFromBatch } from '../jobs/definition';
import { globMatcher } from '../jobs/glob';
import { parseQuery } from '../jobs/query';
import { type DefinitionFamily, type DefinitionUse, definitionCard, definitions } from '../views/defs';
import { pageOf } from '../views/pages';
import { type Asking, command, type Room } from './command';
import { askedOf, fitsWords, globs, nothingFits, oneOf, page } from './narrow';

const TYPES = ['container', 'multinode', 'ec2', 'fargate', 'eks'] as const;
const SORTS = { name: 'by name', used: 'most recently used first' } as const;
/** Definitions of so many of the newest jobs are the most recently used; the others follow by name. */
const NEWEST_JOBS = 1_000;
/** How far back a list looks for a definition's jobs. */
const WINDOW = { since: '30d', words: ' in 30 days' } as const;
/** Revisions whose last use is looked up one by one. */
const MOST_REVISIONS = 8;
/** Reading stops this long before the end, so that what was read is still told. */
const RESERVE_MS = 30_000;
/** Batch's rule for names, with a revision after it (API reference, RegisterJobDefinition). */
const NAME = /^([A-Za-z0-9][A-Za-z0-9_-]{0,127})(?::(\d{1,9}))?$/;

function familiesOf(found: readonly Definition[]): DefinitionFamily[] {
  const byName = new Map<string, Definition[]>();
  for (const definition of found) {
    const others = byName.get(definition.name);
    if (others === undefined) byName.set(definition.name, [definition]);
    else others.push(definition);
  }
  return [...byName].flatMap(([name, revisions]) => {
    revisions.sort((a, b) => b.revision - a.revision);
    const [newest] = revisions;
    return newest === undefined ? [] : [{ name, newest, revisions }];
  });
}

/** @returns `isWhole` false where time ran out before the last page */
async function readAll(
  { remainingMs }: Pick<Asking<unknown>, 'remainingMs'>,
  room: Room,
  name?: string,
): Promise<{ families: DefinitionFamily[]; isWhole: boolean }> {
  const found: Definition[] = [];
  let isWhole = true;
  for await (const details of room.batch.definitions(name)) {
    if (!isWhole) break;
    found.push(...details.flatMap((detail) => definitionFromBatch(detail, room.shows) ?? []));
    isWhole = remainingMs() > RESERVE_MS;
  }
  return { families: familiesOf(found), isWhole };
}

async function lastUse(search: string, room: Room): Promise<DefinitionUse> {
  const query = parseQuery(search, { now: room.now() });
  const { rows, total, isAtLeast } = await room.history.search.search(query, { limit: 1 });
  return { jobs: total, isAtLeast: isAtLeast ?? false, lastAt: rows[0]?.createdAt };
}

/** @throws UserError for a revision that is not active */
function chosenOf({ name, newest, revisions }: DefinitionFamily, revision: number | undefined): Definition {
  if (revision === undefined) return newest;
  const chosen = revisions.find((each) => each.revision === revision);
  if (chosen !== undefined) return chosen;
  const last = revisions.at(-1)?.revision;
  const active =
    revisions.length === 1 ? `only ${last} is` : `${revisions.length} are, from ${last} to ${newest.revision}`;
  throw new UserError(`Revision ${revision} of ${name} is not active: ${active}.`, `defs ${name}`);
}

async function cardOf(family: DefinitionFamily, chosen: Definition, room: Room) {
  const { name, revisions } = family;
  const [use, { jobs: failed }, ...lastUses] = await Promise.all([
    lastUse(`def:${name}`, room),
    lastUse(`def:${name} status:failed since:7d`, room),
    ...revisions
      .slice(0, MOST_REVISIONS)
      .map(async ({ revision }) => [revision, await lastUse(`def:${name}:${revision}`, room)] as const),
  ]);
  return { family, chosen, use, failed, lastUses: new Map(lastUses) };
}

function isOf({ type, platforms }: Definition, wanted: (typeof TYPES)[number]): boolean {
  return type === wanted || platforms.some((platform) => platform.toLowerCase() === wanted);
}

/** Where each definition stands among those used most recently, 0 being the last one used. */
async function recency(room: Room): Promise<Map<string, number>> {
  const { rows } = await room.history.search.search(parseQuery('', { now: room.now() }), { limit: NEWEST_JOBS });
  const names = new Set(rows.flatMap(({ definition }) => definition?.replace(/:\d+$/, '') ?? []));
  return new Map([...names].map((name, place) => [name, place]));
}

export const defs = command({
  name: 'defs',
  summary: 'Shows job definitions: active revisions, what the newest runs and asks for, and when it was last used.',
  group: 'asks',
  usage: '[name[:revision]] [image:] [type:] [sort:]',
  example: '',
  filters: {
    image: { schema: globs, meaning: 'part of the image, or a pattern with *' },
    type: { schema: oneOf(TYPES), meaning: TYPES.join(', ') },
    sort: { schema: oneOf(['name', 'used']), meaning: 'name, used (most recently used first)' },
    page,
  },
  flags: ['share'],
  async run(asking, room) {
    const { words, filters, flags, text, person } = asking;
    const { image, type, sort = 'name' } = filters;
    const isFiltered = image !== undefined || type !== undefined;
    const isShared = flags.has('share');
    const now = room.now();
    const shown = {
      asked: askedOf('defs', text),
      sharedBy: isShared ? person.id : undefined,
      now,
      region: room.region,
      timeoutVariable: room.timeouts.variable,
    };
    const [word = ''] = words;
    const [, name, revision] = (words.length === 1 && !isFiltered && NAME.exec(word)) || [];
    if (name !== undefined) {
      // Batch finds one by its exact name at once; anything else is looked for among all.
      const [exact] = (await readAll(asking, room, name)).families;
      if (exact !== undefined) {
        const chosen = chosenOf(exact, revision === undefined ? undefined : Number(revision));
        return { message: definitionCard({ ...shown, ...(await cardOf(exact, chosen, room)) }), public: isShared };
      }
    }
    const { families, isWhole } = await readAll(asking, room);
    const fitsImage = (of: string) =>
      image === undefined ||
      image.some((wanted) => (wanted.includes('*') ? globMatcher([wanted])(of) : fitsWords([wanted], [of])));
    const chosen = families
      .filter((family) => fitsWords(words, [family.name]))
      .filter(({ newest }) => fitsImage(newest.runs.image ?? ''))
      .filter(({ newest }) => type === undefined || isOf(newest, type))
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    if (sort === 'used') {
      const places = await recency(room);
      const placeOf = ({ name }: DefinitionFamily): number => places.get(name) ?? places.size;
      chosen.sort((a, b) => placeOf(a) - placeOf(b));
    }
    const [first] = chosen;
    if (first === undefined) {
      const names = families.map((family) => family.name);
      throw nothingFits({ what: 'definitions', words, isFiltered, total: families.length, names, command: 'defs' });
    }
    if (chosen.length === 1 && words.length > 0)
      return { message: definitionCard({ ...shown, ...(await cardOf(first, first.newest, room)) }), public: isShared };
    const part = pageOf(chosen, filters.page);
    const uses = await Promise.all(
      part.items.map(
        async (family) => [family.name, await lastUse(`def:${family.name} since:${WINDOW.since}`, room)] as const,
      ),
    );
    const notes = isWhole ? [] : ['AWS has more definitions than I could read in time: give a name'];
    const view = { page: part, all: chosen, uses: new Map(uses), window: WINDOW.words, order: SORTS[sort], notes };
    return { message: definitions({ ...shown, ...view }), public: isShared };
  },
});
