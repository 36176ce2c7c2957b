/** Block Kit's data table: sorted and paged here, as Slack's own client does, without asking the bot. */
import type { DataTableBlock } from '@slack/types';
import { useId, useState } from 'react';
import { Icon } from '../Icon';
import { compareCells, TableCell } from './TableCell';

/** Slack's default, by the comment on `page_size` in @slack/types 3.2. */
const DEFAULT_PAGE_SIZE = 5;

type Sort = { column: number; descending: boolean };

export function DataTable({ block }: { block: DataTableBlock }) {
  const [sort, setSort] = useState<Sort>();
  const [wantedPage, setPage] = useState(0);
  const captionId = useId();
  const [head = [], ...body] = block.rows;
  const size = block.page_size ?? DEFAULT_PAGE_SIZE;
  const pages = Math.max(1, Math.ceil(body.length / size));
  const page = Math.min(wantedPage, pages - 1);
  const rows = sort
    ? body.toSorted((a, b) => compareCells(a[sort.column], b[sort.column]) * (sort.descending ? -1 : 1))
    : body;
  const shown = rows.slice(page * size, (page + 1) * size);
  const numeric = (column: number): string => (body[0]?.[column]?.type === 'raw_number' ? 'cell-right' : 'cell-left');

  const sortBy = (column: number): void => {
    setPage(0);
    if (sort?.column !== column) setSort({ column, descending: false });
    else setSort(sort.descending ? undefined : { column, descending: true });
  };

  return (
    <div className="data-table">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls has to be reachable by keyboard */}
      <section className="table-frame" aria-labelledby={captionId} tabIndex={0}>
        <table className="table">
          <caption id={captionId}>{block.caption}</caption>
          <thead>
            <tr>
              {head.map((cell, column) => {
                const direction = sort?.column === column ? (sort.descending ? 'descending' : 'ascending') : 'none';
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a table's cells have no identity but their place
                  <th key={column} scope="col" className={numeric(column)} aria-sort={direction}>
                    <button type="button" className="sort-button" onClick={() => sortBy(column)}>
                      <TableCell cell={cell} />
                      <Icon name={direction === 'none' ? 'sort' : direction === 'ascending' ? 'up' : 'down'} />
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a table's rows have no identity but their place
              <tr key={index}>
                {row.map((cell, column) => {
                  const Tag = column === (block.row_header_column_index ?? 0) ? 'th' : 'td';
                  return (
                    <Tag
                      // biome-ignore lint/suspicious/noArrayIndexKey: a table's cells have no identity but their place
                      key={column}
                      className={numeric(column)}
                      {...(Tag === 'th' ? { scope: 'row' } : {})}
                    >
                      <TableCell cell={cell} />
                    </Tag>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {pages > 1 && (
        <nav className="pager" aria-label={`Pages of ${block.caption}`}>
          <button
            type="button"
            className="icon-button"
            aria-label="Previous page"
            disabled={page === 0}
            onClick={() => setPage(page - 1)}
          >
            <Icon name="left" />
          </button>
          <span aria-live="polite">
            {page * size + 1}–{page * size + shown.length} of {body.length}
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label="Next page"
            disabled={page === pages - 1}
            onClick={() => setPage(page + 1)}
          >
            <Icon name="right" />
          </button>
        </nav>
      )}
    </div>
  );
}
