/** Roles: who may do what, who gave it when, and the steps of giving and taking. */
import type { KnownBlock } from '@slack/types';
import type { GrantKey, Role, Subject } from '../history/records/roles';
import { actions, button, code, context, dotted, escaped, type Message, section } from './kit';
import { type Page, rangeOf, turning } from './pages';
import { ago, duration } from './time';
import { count } from './words';

/** A grant as the list shows it; those of the configuration have neither giver nor time. */
export interface GrantRow extends GrantKey {
  by?: { id: string; name: string };
  at?: number;
}

/** A mention that Slack shows by its present name; a group only by the name it had, since a mention of it calls all. */
export function subjectWords({ kind, id, name }: Subject): string {
  if (kind === 'user') return `<@${id}>`;
  if (kind === 'channel') return `everybody in <#${id}>`;
  return name === undefined ? `user group ${code(id)}` : `user group @${escaped(name)}`;
}

const isAll = (queues: string): boolean => /^\*+$/.test(queues);

/** `*` stays as it is typed where nothing else could be formatted by it. */
const forQueues = (queues: string): string =>
  isAll(queues) ? '' : ` for ${/^[\w*-]+$/.test(queues) ? `\`${queues}\`` : code(queues)}`;

/** `the operator role for spot-*`. */
export const roleWords = (role: Role, queues: string): string => `the ${role} role${forQueues(queues)}`;

const MAY: Readonly<Record<Role, string>> = {
  viewer: 'may look, where people of other workspaces may not',
  operator: 'may cancel and retry jobs',
  admin: 'may do all that, and give and take roles; where it is limited to queues, for these only',
};

/** As Slack would send it, so that the name travels with the press. */
const mention = ({ kind, id, name }: Subject): string =>
  name === undefined
    ? id
    : `<${kind === 'user' ? '@' : kind === 'channel' ? '#' : '!subteam^'}${id}|${name.replace(/[<>|\s]/g, '')}>`;

const takeButton = ({ to, role, queues }: GrantRow) =>
  button({
    label: 'Take away…',
    command: `roles take ${role} ${mention(to)} queue:${queues}`,
    replace: true,
    says: `Take away the ${role} role, after a preview`,
  });

export interface RoleListProps {
  /** The command that gave this list, without its page. */
  asked: string;
  /** Whether who asks may give roles, for some queues at least. */
  isAdmin: boolean;
  /** Whether they may take this one away. */
  mayChange: (grant: GrantRow) => boolean;
  /** Slack user ids. */
  admins: readonly string[];
  now: number;
  slash: string;
}

export function roleList(
  page: Page<GrantRow>,
  { asked, isAdmin, mayChange, admins, now, slash }: RoleListProps,
): Message {
  const rows: KnownBlock[] = page.items.map((grant) => {
    const given =
      grant.by === undefined || grant.at === undefined
        ? 'by the configuration'
        : `given by ${escaped(grant.by.name)} ${ago(grant.at, now)}`;
    const line = `*${grant.role}*${forQueues(grant.queues)}  ·  ${subjectWords(grant.to)}  ·  ${given}`;
    return section(line, grant.by !== undefined && mayChange(grant) ? takeButton(grant) : undefined);
  });
  const turns = turning(asked, page);
  const ask = admins.length === 0 ? 'nobody yet' : admins.map((id) => `<@${id}>`).join(', ');
  return {
    text: `${count(page.total, 'role is', 'roles are')} given; everybody else of this workspace may look.`,
    blocks: [
      section(
        page.total === 0
          ? '*No role is given to anybody.* Everybody of this workspace may look.'
          : `*Who may do what* (everybody else of this workspace may look)`,
      ),
      ...rows,
      context(
        dotted([
          ...[rangeOf(page)].filter((range) => range !== undefined),
          isAdmin ? `to give one: \`${slash} roles give operator @name queue:spot-*\`` : `roles are given by ${ask}`,
        ]),
      ),
      ...(turns.length === 0 ? [] : [actions(...turns)]),
    ],
  };
}

export interface RolePreviewProps {
  op: string;
  /** Whole sentences on ids and queues that are not known. */
  doubts: readonly string[];
  expiresInMs: number;
}

/** What is about to change, and the button that does it. */
export function rolePreview(
  act: 'give' | 'take',
  grants: readonly GrantKey[],
  { op, doubts, expiresInMs }: RolePreviewProps,
): Message {
  const lines = grants.map(({ to, role, queues }) => `${roleWords(role, queues)}  →  ${subjectWords(to)}`);
  const channel = grants.find(({ to, role }) => to.kind === 'channel' && role !== 'viewer');
  const [first] = grants;
  const notes = [
    ...(first === undefined ? [] : [`The ${first.role} role: ${MAY[first.role]}.`]),
    ...(channel === undefined ? [] : ['Whoever is in the channel, now or later, may do that from there.']),
  ];
  const word = grants.length === 1 ? 'role' : `${grants.length} roles`;
  const these = grants.length === 1 ? 'this role' : `these ${word}`;
  const title = act === 'give' ? `Give ${these}?` : `Take ${these} away?`;
  const standing = `Operation ${op}. The button works for ${duration(expiresInMs)}.`;
  return {
    text: title,
    blocks: [
      section([`*${title}*`, ...lines, ...doubts.map(escaped)].join('\n')),
      context(...(act === 'give' ? notes : []), standing),
      actions(
        button({ label: act === 'give' ? 'Don’t give it' : 'Leave it', command: `roles --keep ${op}`, replace: true }),
        act === 'give'
          ? button({ label: `Give the ${word}`, command: `roles --confirm ${op}`, replace: true, style: 'primary' })
          : button({
              label: `Take the ${word} away`,
              command: `roles --confirm ${op}`,
              replace: true,
              style: 'danger',
              confirm: {
                title: 'Take it away?',
                text: 'It works no more, at once.',
                confirm: 'Take it away',
                deny: 'Leave it',
              },
            }),
      ),
    ],
  };
}

const toRoles = () => actions(button({ label: 'Roles', command: 'roles', replace: true }));

/** @param isChanged whether that grant was not so before */
export function rolesChanged(
  act: 'give' | 'take',
  grants: readonly GrantKey[],
  isChanged: (grant: GrantKey) => boolean,
): Message {
  const lines = grants.map((grant) => {
    const [was, is] = act === 'give' ? ['had', 'has'] : ['did not have', 'no longer has'];
    const verb = isChanged(grant) ? is : was;
    return `${subjectWords(grant.to)} ${verb} ${roleWords(grant.role, grant.queues)}${isChanged(grant) ? '' : ' before'}.`;
  });
  return {
    text: act === 'give' ? 'The role is given.' : 'The role is taken away.',
    blocks: [section(lines.join('\n')), toRoles()],
  };
}

export const rolesKept = (op: string): Message => ({
  text: `Roles stay as they are (op ${op}).`,
  blocks: [section(`Roles stay as they are (op ${op}).`), toRoles()],
});
