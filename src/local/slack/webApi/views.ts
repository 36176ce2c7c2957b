/** `views.*`: modals that a trigger opens, their updates, and Homes. */
import { checkView } from '../blocks/view';
import { modalView, updatedView } from '../modals';
import { apiView, type StoredView } from '../view';
import type { World } from '../world';
import { type Answer, type Args, type Method, missing, refuse, stringOf } from './method';

/** At most three modals on top of each other (docs.slack.dev, surfaces/modals). */
export const MOST_MODALS = 3;

function refusedView(view: unknown, type: 'modal' | 'home'): Answer | undefined {
  if (view === undefined) return missing('view');
  const problems = checkView(view, type);
  // Views answer `invalid_arguments` where messages answer `invalid_blocks` (java-slack-sdk#302).
  return problems.length > 0
    ? refuse(
        'invalid_arguments',
        problems.map((line) => `[ERROR] ${line}`),
      )
    : undefined;
}

const open: Method = {
  tier: 4,
  run(args, { world, triggers }) {
    const triggerId = stringOf(args, 'trigger_id') ?? stringOf(args, 'interactivity_pointer');
    if (!triggerId) return missing('trigger_id');
    const refused = refusedView(args.view, 'modal');
    if (refused) return refused;
    const trigger = triggers.exchange(triggerId);
    if ('error' in trigger) return refuse(trigger.error);
    world.closeModals(trigger.user, () => true, true);
    const view = modalView(args.view, trigger.user, { openedIn: trigger.channel });
    world.showModal(view, true);
    return { ok: true, view: apiView(view) };
  },
};

const push: Method = {
  tier: 4,
  run(args, { world, triggers }) {
    const triggerId = stringOf(args, 'trigger_id') ?? stringOf(args, 'interactivity_pointer');
    if (!triggerId) return missing('trigger_id');
    const refused = refusedView(args.view, 'modal');
    if (refused) return refused;
    const trigger = triggers.exchange(triggerId);
    if ('error' in trigger) return refuse(trigger.error);
    const stack = world.modals.get(trigger.user) ?? [];
    const below = stack.at(-1);
    if (!below) return refuse('not_found');
    if (stack.length >= MOST_MODALS) return refuse('push_limit_reached');
    const view = modalView(args.view, trigger.user, { below });
    world.showModal(view, true);
    return { ok: true, view: apiView(view) };
  },
};

const wantedView = (world: World, args: Args): StoredView | undefined => {
  const id = stringOf(args, 'view_id');
  const external = stringOf(args, 'external_id');
  if (id) return world.view(id);
  return [...world.modals.values()].flat().find((view) => external && view.payload.external_id === external);
};

const update: Method = {
  tier: 4,
  run(args, { world }) {
    const known = wantedView(world, args);
    if (!known) return refuse('not_found');
    const refused = refusedView(args.view, known.type);
    if (refused) return refused;
    const hash = stringOf(args, 'hash');
    if (hash && hash !== known.hash) return refuse('hash_conflict');
    const view = updatedView(args.view, known);
    if (known.type === 'home') world.showHome(view, true);
    else world.showModal(view, true);
    return { ok: true, view: apiView(view) };
  },
};

const publish: Method = {
  tier: 4,
  run(args, { world }) {
    const user = stringOf(args, 'user_id');
    if (!user) return missing('user_id');
    if (!world.people.some((person) => person.id === user))
      return refuse('invalid_arguments', ['[ERROR] invalid `user_id`']);
    const refused = refusedView(args.view, 'home');
    if (refused) return refused;
    const known = world.homes.get(user);
    const hash = stringOf(args, 'hash');
    if (hash && known && hash !== known.hash) return refuse('hash_conflict');
    const view = known ? updatedView(args.view, known) : modalView(args.view, user);
    world.showHome(view, true);
    return { ok: true, view: apiView(view) };
  },
};

export const viewMethods: Record<string, Method> = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
};
