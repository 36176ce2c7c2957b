/** Slack's selects, single and multiple: of given options, of users, of channels and conversations. */
import type { MultiSelect, PlainTextOption, Select as SlackSelect } from '@slack/types';
import { isDirect } from '../slackState';
import { optionToken } from '../values';
import { displayName, useWorkspace, type Workspace } from '../workspace';
import { type Choice, Picker } from './Picker';
import { useControl } from './useControl';

type AnySelect = SlackSelect | MultiSelect;

function fromOptions(options: readonly PlainTextOption[], group?: string): Choice[] {
  return options.map((option) => ({
    value: optionToken(option),
    text: option.text.text,
    description: option.description?.text,
    group,
  }));
}

function choicesOf(element: AnySelect, { users, channels }: Workspace): Choice[] {
  switch (element.type) {
    case 'static_select':
    case 'multi_static_select': {
      const groups = element.option_groups ?? [];
      return [
        ...fromOptions(element.options ?? []),
        ...groups.flatMap((group) => fromOptions(group.options, group.label.text)),
      ];
    }
    case 'users_select':
    case 'multi_users_select':
      return users.map((user) => ({ value: user.id, text: displayName(user, user.id), description: `@${user.name}` }));
    case 'channels_select':
    case 'multi_channels_select':
    case 'conversations_select':
    case 'multi_conversations_select': {
      const listed = channels.filter((channel) => !isDirect(channel.id));
      const open = element.type.endsWith('channels_select') ? listed.filter((channel) => !channel.is_private) : listed;
      return open.map((channel) => ({ value: channel.id, text: `#${channel.name}` }));
    }
    default:
      return [];
  }
}

export function Select({ element, blockId }: { element: AnySelect; blockId: string | undefined }) {
  const workspace = useWorkspace();
  const { value, field, busy, change } = useControl(element, blockId);
  const multiple = element.type.startsWith('multi_');
  return (
    <Picker
      choices={choicesOf(element, workspace)}
      value={value}
      multiple={multiple}
      most={'max_selected_items' in element ? element.max_selected_items : undefined}
      placeholder={element.placeholder?.text ?? (multiple ? 'Choose some' : 'Choose one')}
      field={field}
      busy={busy}
      onChange={change}
    />
  );
}
