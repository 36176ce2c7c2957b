/** Block Kit's blocks as strict schemas, and which of them each surface takes. */
import * as z from 'zod';
import { alertSchema, cardSchema, carouselSchema, planSchema, taskCardSchema } from './cards';
import { accessorySchemas, actionElementSchema, contextActionSchema, inputElementSchema } from './elements';
import { richTextBlockSchema } from './richText';
import { dataTableSchema, tableSchema } from './tables';
import { anyText, hasOneImageSource, idSchema, imageElementSchema, imageSource, mrkdwnText, plainText } from './text';

const id = { block_id: idSchema.optional() };

/** Text 1 to 3000, 10 fields of 2000 characters, at least one of the two (@slack/types 3.2, `SectionBlock`). */
const sectionSchema = z
  .strictObject({
    type: z.literal('section'),
    ...id,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: z.discriminatedUnion('type', [imageElementSchema, ...accessorySchemas]).optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, 'must define either `text` or `fields`');

/** 150 characters (@slack/types, `HeaderBlock`). */
const headerSchema = z.strictObject({ type: z.literal('header'), ...id, text: plainText(150) });

const dividerSchema = z.strictObject({ type: z.literal('divider'), ...id });

/** 10 elements (@slack/types, `ContextBlock`). */
const contextSchema = z.strictObject({
  type: z.literal('context'),
  ...id,
  elements: z
    .array(z.discriminatedUnion('type', [imageElementSchema, plainText(), mrkdwnText()]))
    .min(1)
    .max(10),
});

/** 25 elements (@slack/types, `ActionsBlock`). */
const actionsSchema = z.strictObject({
  type: z.literal('actions'),
  ...id,
  elements: z.array(actionElementSchema).min(1).max(25),
});

/** 5 elements, in messages only (docs.slack.dev, context-actions-block). */
const contextActionsSchema = z.strictObject({
  type: z.literal('context_actions'),
  ...id,
  elements: z.array(contextActionSchema).min(1).max(5),
});

const imageSchema = z
  .strictObject({
    type: z.literal('image'),
    ...id,
    alt_text: z.string().min(1).max(2000),
    title: plainText(2000).optional(),
    ...imageSource,
  })
  .refine(hasOneImageSource, 'must define either `image_url` or `slack_file`');

/** Label and hint 2000 characters (@slack/types, `InputBlock`); `file_input` can't dispatch (docs.slack.dev, input-block). */
const inputSchema = z
  .strictObject({
    type: z.literal('input'),
    ...id,
    label: plainText(2000),
    hint: plainText(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    element: inputElementSchema,
  })
  .refine((block) => block.dispatch_action !== true || block.element.type !== 'file_input', {
    message: 'unsupported type: file_input',
    path: ['element', 'type'],
  });

/** Ignores and drops its `block_id`; 12,000 characters, counted over all markdown blocks (docs.slack.dev, markdown-block). */
const markdownSchema = z.strictObject({
  type: z.literal('markdown'),
  ...id,
  text: z.string().min(1).max(12_000),
});

const everywhere = [
  sectionSchema,
  headerSchema,
  dividerSchema,
  contextSchema,
  actionsSchema,
  imageSchema,
  inputSchema,
  richTextBlockSchema,
] as const;

/** Titles 150 characters, 10 child blocks, in messages and the Home (docs.slack.dev, container-block). */
const containerSchema = z
  .strictObject({
    type: z.literal('container'),
    ...id,
    title: plainText(150).optional(),
    rich_text_title: richTextBlockSchema.optional(),
    subtitle: anyText(150).optional(),
    child_blocks: z
      .array(z.discriminatedUnion('type', [...everywhere, tableSchema]))
      .min(1)
      .max(10),
    width: z.enum(['narrow', 'standard', 'wide', 'full']).optional(),
    icon: imageElementSchema.optional(),
    is_collapsible: z.boolean().optional(),
    default_collapsed: z.boolean().optional(),
    has_header_divider: z.boolean().optional(),
  })
  .refine((block) => block.title !== undefined || block.rich_text_title !== undefined, 'must define a title');

/**
 * What each surface takes, from the *Surfaces* line of each block's page on docs.slack.dev. Not here: `file`, which
 * only Slack itself writes, and `video`, which needs the scope `links.embed:write` and an unfurl domain.
 */
export const surfaceSchemas = {
  message: z.discriminatedUnion('type', [
    ...everywhere,
    tableSchema,
    dataTableSchema,
    markdownSchema,
    contextActionsSchema,
    cardSchema,
    carouselSchema,
    containerSchema,
    planSchema,
    taskCardSchema,
  ]),
  modal: z.discriminatedUnion('type', [...everywhere, alertSchema, cardSchema]),
  home: z.discriminatedUnion('type', [
    ...everywhere,
    tableSchema,
    dataTableSchema,
    cardSchema,
    carouselSchema,
    containerSchema,
  ]),
} as const;
export type Surface = keyof typeof surfaceSchemas;
