/** The page's own line icons, drawn on a 20-unit square in the colour of the text around them. */

const PATHS = {
  close: 'M5 5l10 10M15 5L5 15',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  hash: 'M7.8 3.5L6.2 16.5M13.8 3.5L12.2 16.5M3.8 7.5h13M3.2 12.5h13',
  lock: 'M5.5 9h9v7h-9zM7.3 9V6.6a2.7 2.7 0 015.4 0V9',
  send: 'M3.5 4l13.5 6-13.5 6 2-6zM5.5 10H11',
  dots: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  chevron: 'M6 8l4 4 4-4',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  check: 'M4.5 10.5l3.5 3.5 7.5-8',
  eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 12a2 2 0 100-4 2 2 0 000 4z',
  thread: 'M4 4h12v8.5H9.5L6 15.8v-3.3H4z',
  file: 'M5 2.8h6.5L15 6.3v10.9H5zM11.3 3v3.5H15M7.5 10.5h5M7.5 13.3h5',
  download: 'M10 3.5v9M6.3 9l3.7 3.7L13.7 9M4 16.5h12',
  home: 'M3.5 9.5L10 4l6.5 5.5M5.3 8.5v7.5h9.4V8.5',
  message: 'M3.5 4.5h13v9h-7l-3.5 3v-3H3.5z',
  sort: 'M7 8l3-3.5L13 8M7 12l3 3.5 3-3.5',
  up: 'M6 12l4-4.5 4 4.5',
  down: 'M6 8l4 4.5 4-4.5',
  person: 'M10 10a3 3 0 100-6 3 3 0 000 6zM4 16.5c.5-3.5 3-4.5 6-4.5s5.5 1 6 4.5',
  calendar: 'M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3M13 3v3',
  bolt: 'M11 2.5L4.5 11.5H10l-1 6 6.5-9H10z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
