/** A modal or a Home as the local Slack keeps it, as the Web API and payloads show it, and as its doors show it. */
import type { StoredBlock } from './blocks/stored';
import type { ViewPayload } from './blocks/view';
import { BOT, TEAM } from './identity';

/** `state.values` of a view or message: by block id, then action id. */
export type StateValues = Record<string, Record<string, Record<string, unknown>>>;

export interface StoredView {
  readonly id: string;
  readonly type: 'modal' | 'home';
  /** Whose screen it is on. */
  readonly user: string;
  /** The channel where the person was when a modal opened, to which its answer goes. */
  readonly openedIn?: string | undefined;
  readonly payload: Omit<ViewPayload, 'blocks' | 'type'>;
  readonly blocks: readonly StoredBlock[];
  readonly hash: string;
  readonly rootId: string;
  readonly previousId: string | null;
  readonly values: StateValues;
}

/** What the doors and the stream give. */
export interface View {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly callback_id: string;
  readonly title: unknown;
  readonly submit?: unknown;
  readonly close?: unknown;
  readonly blocks: readonly StoredBlock[];
  readonly private_metadata: string;
  readonly state: { readonly values: StateValues };
  /** Whose screen it is on. */
  readonly user: string;
  readonly plain: string;
}

/** The shape in `views.*` answers and in interaction payloads. */
export const apiView = (view: StoredView) => ({
  id: view.id,
  team_id: TEAM.id,
  type: view.type,
  blocks: view.blocks,
  private_metadata: view.payload.private_metadata ?? '',
  callback_id: view.payload.callback_id ?? '',
  state: { values: view.values },
  hash: view.hash,
  title: view.payload.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
  clear_on_close: view.payload.clear_on_close ?? false,
  notify_on_close: view.payload.notify_on_close ?? false,
  close: view.payload.close ?? null,
  submit: view.payload.submit ?? null,
  previous_view_id: view.previousId,
  root_view_id: view.rootId,
  app_id: BOT.appId,
  external_id: view.payload.external_id ?? '',
  app_installed_team_id: TEAM.id,
  bot_id: BOT.botId,
});
