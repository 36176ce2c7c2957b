/** Rich text: sections, lists, quotes and preformatted text, and the pieces that they are made of. */
import * as z from 'zod';
import { idSchema } from './text';

const flag = z.boolean().optional();
const styled = {
  style: z
    .strictObject({
      bold: flag,
      italic: flag,
      strike: flag,
      code: flag,
      underline: flag,
      highlight: flag,
      unlink: flag,
    })
    .optional(),
};

const textPiece = z.strictObject({ type: z.literal('text'), text: z.string().min(1), ...styled });
const linkPiece = z.strictObject({
  type: z.literal('link'),
  url: z.string().min(1),
  text: z.string().optional(),
  unsafe: flag,
  ...styled,
});

/** The pieces of a section (@slack/types 3.2, `RichTextElement`). */
const pieceSchema = z.discriminatedUnion('type', [
  textPiece,
  linkPiece,
  z.strictObject({ type: z.literal('user'), user_id: z.string(), ...styled }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: z.string(), ...styled }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string(), ...styled }),
  z.strictObject({ type: z.literal('team'), team_id: z.string(), ...styled }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), ...styled }),
  z.strictObject({
    type: z.literal('emoji'),
    name: z.string().min(1),
    unicode: z.string().optional(),
    url: z.string().optional(),
    skin_tone: z.number().int().optional(),
    ...styled,
  }),
  z.strictObject({ type: z.literal('color'), value: z.string(), ...styled }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.number().int(),
    format: z.string().min(1),
    url: z.string().optional(),
    fallback: z.string().optional(),
    ...styled,
  }),
]);

const border = { border: z.union([z.literal(0), z.literal(1)]).optional() };
const sectionSchema = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(pieceSchema) });

const partSchema = z.discriminatedUnion('type', [
  sectionSchema,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(sectionSchema),
    /** 0 to 8 (@slack/types, `RichTextList`). */
    indent: z.number().int().min(0).max(8).optional(),
    offset: z.number().int().min(0).optional(),
    ...border,
  }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    /** Text and links only (@slack/types, `RichTextPreformatted`). */
    elements: z.array(z.discriminatedUnion('type', [textPiece, linkPiece])),
    language: z.string().optional(),
    ...border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(pieceSchema), ...border }),
]);

export const richTextBlockSchema = z.strictObject({
  type: z.literal('rich_text'),
  block_id: idSchema.optional(),
  elements: z.array(partSchema).min(1),
});
