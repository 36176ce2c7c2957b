/** The two table blocks as strict schemas. */
import * as z from 'zod';
import { richTextBlockSchema } from './richText';
import { idSchema } from './text';

const id = { block_id: idSchema.optional() };

const rawText = z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) });
const rawNumber = z.strictObject({ type: z.literal('raw_number'), value: z.number(), text: z.string().min(1) });
const cellSchema = z.discriminatedUnion('type', [rawText, rawNumber, richTextBlockSchema]);

/** 100 rows of 20 cells, 20 column settings of which null skips one (docs.slack.dev, table-block). */
export const tableSchema = z.strictObject({
  type: z.literal('table'),
  ...id,
  rows: z.array(z.array(cellSchema).min(1).max(20)).min(1).max(100),
  column_settings: z
    .array(
      z
        .strictObject({ align: z.enum(['left', 'center', 'right']).optional(), is_wrapped: z.boolean().optional() })
        .nullable(),
    )
    .max(20)
    .optional(),
});

/**
 * A header of plain cells and 1 to 200 rows, as many cells in each, at most 20 columns (docs.slack.dev,
 * data-table-block, as of 2026-08; it said 100 rows before).
 */
export const dataTableSchema = z
  .strictObject({
    type: z.literal('data_table'),
    ...id,
    caption: z.string().min(1),
    rows: z.array(z.array(cellSchema).min(1).max(20)).min(2).max(201),
    page_size: z.number().int().min(1).max(100).optional(),
    row_header_column_index: z.number().int().min(0).max(19).optional(),
  })
  .refine((table) => table.rows.every((row) => row.length === table.rows[0]?.length), {
    message: 'all rows must have the same number of cells',
    path: ['rows'],
  })
  .refine((table) => table.rows[0]?.every((cell) => cell.type !== 'rich_text') ?? true, {
    message: 'header cells must not be rich_text',
    path: ['rows', 0],
  });
