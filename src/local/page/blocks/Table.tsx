/** Block Kit's table: its first row is the head, and columns say how they align and whether they wrap. */
import type { TableBlock } from '@slack/types';
import { TableCell } from './TableCell';

export function Table({ block }: { block: TableBlock }) {
  const [head = [], ...body] = block.rows;
  const settings = block.column_settings ?? [];
  const look = (column: number): { className: string } => ({
    className: `cell-${settings[column]?.align ?? 'left'}${settings[column]?.is_wrapped ? ' cell-wrapped' : ''}`,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls has to be reachable by keyboard
    <section className="table-frame" aria-label="Table" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {head.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a table's cells have no identity but their place
              <th key={column} scope="col" {...look(column)}>
                <TableCell cell={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a table's rows have no identity but their place
            <tr key={index}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a table's cells have no identity but their place
                <td key={column} {...look(column)}>
                  <TableCell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
