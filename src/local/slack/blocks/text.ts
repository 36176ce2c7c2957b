/** The composition objects of Block Kit (texts, options, confirm dialogs, images), with Slack's limits. */
import * as z from 'zod';

/** `block_id`, `action_id`: 255 characters (@slack/types 3.2, `Block.block_id`, `Actionable.action_id`). */
export const idSchema = z.string().min(1).max(255);

/** A `plain_text` object; Slack's own ceiling for any text object is 3000 characters (@slack/types, `PlainTextElement`). */
export const plainText = (max = 3000) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() });

export const mrkdwnText = (max = 3000) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() });

/** Either kind of text object. */
export const anyText = (max = 3000) => z.discriminatedUnion('type', [plainText(max), mrkdwnText(max)]);

/**
 * A confirm dialog: title 100, text 300, buttons 30 characters (docs.slack.dev, confirmation-dialog-object). The page
 * calls all four required; real payloads have dialogs without `confirm` and `deny`, which Slack fills in.
 */
export const confirmSchema = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30).optional(),
  deny: plainText(30).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});

/** 75 characters of text and of description, 150 of value (docs.slack.dev, option-object; @slack/types still says 75). */
export const optionSchema = z.strictObject({
  text: plainText(75),
  value: z.string().min(1).max(150),
  description: plainText(75).optional(),
});

/** Radio buttons and checkboxes may use mrkdwn. */
export const choiceSchema = z.strictObject({
  text: anyText(75),
  value: z.string().min(1).max(150),
  description: anyText(75).optional(),
});

/** Only overflow menus may carry a `url`, at most 3000 characters (docs.slack.dev, option-object). */
export const overflowOptionSchema = z.strictObject({
  text: plainText(75),
  value: z.string().min(1).max(150).optional(),
  description: plainText(75).optional(),
  url: z.url().max(3000).optional(),
});

/** Label 75 characters, 100 options (@slack/types, `OptionGroup`). */
export const optionGroupSchema = z.strictObject({
  label: plainText(75),
  options: z.array(optionSchema).min(1).max(100),
});

export const placeholderSchema = plainText(150);

const slackFileSchema = z.union([z.strictObject({ id: z.string() }), z.strictObject({ url: z.url() })]);

/** Where an image comes from: exactly one of the two. Image URLs: 3000 characters (docs.slack.dev, image-block). */
export const imageSource = {
  image_url: z.url().max(3000).optional(),
  slack_file: slackFileSchema.optional(),
};
export const hasOneImageSource = (image: { image_url?: unknown; slack_file?: unknown }): boolean =>
  (image.image_url === undefined) !== (image.slack_file === undefined);

/** An image as an element of another block: alt text 2000 characters (docs.slack.dev, image-element). */
export const imageElementSchema = z
  .strictObject({ type: z.literal('image'), alt_text: z.string().min(1).max(2000), ...imageSource })
  .refine(hasOneImageSource, 'must define either `image_url` or `slack_file`');
