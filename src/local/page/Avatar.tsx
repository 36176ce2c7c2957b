/** A person's initials, or the bot's mark, on a colour of their own. */
import type { User } from './contract';
import { Icon } from './Icon';
import { displayName } from './workspace';

const COLORS = ['#3f6fb5', '#7a5aa8', '#b0563f', '#2f7d6b', '#a0527f', '#8a6d2b'];

function colorOf(user: User): string {
  if (user.color) return user.color.startsWith('#') ? user.color : `#${user.color}`;
  const sum = [...user.id].reduce((total, character) => total + character.charCodeAt(0), 0);
  return COLORS[sum % COLORS.length] ?? '#3f6fb5';
}

export function Avatar({ user, size = 'large' }: { user: User | undefined; size?: 'small' | 'large' }) {
  const initials = displayName(user, '?')
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
  return (
    <span
      className={`avatar avatar-${size}`}
      style={user && { background: `color-mix(in srgb, ${colorOf(user)} 72%, #1b2126)` }}
      aria-hidden="true"
    >
      {user?.is_bot ? <Icon name="bolt" /> : initials}
    </span>
  );
}
