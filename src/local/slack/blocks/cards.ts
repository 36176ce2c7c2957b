/** Alerts, cards, plans and task cards as strict schemas. */
import * as z from 'zod';
import { buttonSchema } from './elements';
import { richTextBlockSchema } from './richText';
import { anyText, idSchema, imageElementSchema } from './text';

const id = { block_id: idSchema.optional() };

/** In modals only; 200 characters (docs.slack.dev, alert-block). */
export const alertSchema = z.strictObject({
  type: z.literal('alert'),
  ...id,
  text: anyText(200),
  level: z.enum(['default', 'info', 'warning', 'error', 'success']).optional(),
});

/** Title and subtitle 150, body 200 characters, at most 3 buttons (docs.slack.dev, card-block). */
export const cardSchema = z
  .strictObject({
    type: z.literal('card'),
    ...id,
    hero_image: imageElementSchema.optional(),
    icon: imageElementSchema.optional(),
    title: anyText(150).optional(),
    subtitle: anyText(150).optional(),
    body: anyText(200).optional(),
    subtext: anyText(200).optional(),
    actions: z.array(buttonSchema).min(1).max(3).optional(),
  })
  .refine(
    (card) => [card.hero_image, card.title, card.actions, card.body].some((part) => part !== undefined),
    'must define one of `hero_image`, `title`, `actions`, `body`',
  );

const task = {
  type: z.literal('task_card'),
  ...id,
  task_id: z.string().min(1),
  title: z.string().min(1),
  details: richTextBlockSchema.optional(),
  output: richTextBlockSchema.optional(),
  sources: z.array(z.strictObject({ type: z.literal('url'), url: z.url(), text: z.string() })).optional(),
};
/** `pending` is taken only inside a plan: a live workspace refused it on a card that stands alone. */
export const taskCardSchema = z.strictObject({
  ...task,
  status: z.enum(['in_progress', 'complete', 'error']).optional(),
});
export const planSchema = z.strictObject({
  type: z.literal('plan'),
  ...id,
  title: z.string().min(1),
  tasks: z
    .array(
      z.strictObject({
        ...task,
        type: z.literal('task_card').optional(),
        status: z.enum(['pending', 'in_progress', 'complete', 'error']).optional(),
      }),
    )
    .optional(),
});

export const carouselSchema = z.strictObject({
  type: z.literal('carousel'),
  ...id,
  elements: z.array(cardSchema).min(1).max(10),
});
