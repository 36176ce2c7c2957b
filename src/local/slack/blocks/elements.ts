/** Block Kit's interactive elements as strict schemas: an unknown field, a missing one or one too long is refused. */
import * as z from 'zod';
import { richTextBlockSchema } from './richText';
import {
  choiceSchema,
  confirmSchema,
  idSchema,
  optionGroupSchema,
  optionSchema,
  overflowOptionSchema,
  placeholderSchema,
  plainText,
} from './text';

const actionable = { action_id: idSchema.optional() };
const confirmable = { confirm: confirmSchema.optional() };
const focusable = { focus_on_load: z.boolean().optional() };
const placeholdable = { placeholder: placeholderSchema.optional() };
const select = { ...actionable, ...confirmable, ...focusable, ...placeholdable };
const multi = { ...select, max_selected_items: z.number().int().min(1).optional() };
const dispatchable = {
  dispatch_action_config: z
    .strictObject({ trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).optional() })
    .optional(),
};
const typed = { ...actionable, ...focusable, ...placeholdable, ...dispatchable };
const label = { accessibility_label: z.string().max(75).optional() };

/** Text 75, value 2000, URL 3000, label for screen readers 75 characters (@slack/types 3.2, `Button`). */
export const buttonSchema = z.strictObject({
  type: z.literal('button'),
  ...actionable,
  ...confirmable,
  ...label,
  text: plainText(75),
  value: z.string().max(2000).optional(),
  url: z.url().max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
});

const workflowButtonSchema = z.strictObject({
  type: z.literal('workflow_button'),
  ...actionable,
  ...confirmable,
  ...label,
  text: plainText(75),
  workflow: z.looseObject({ trigger: z.looseObject({ url: z.url() }) }),
  style: z.enum(['primary', 'danger']).optional(),
});

/** Up to 5 options; one is enough for the API, whatever the older docs say (slackapi/python-slack-sdk#1218). */
const overflowSchema = z.strictObject({
  type: z.literal('overflow'),
  ...actionable,
  ...confirmable,
  options: z.array(overflowOptionSchema).min(1).max(5),
});

/** 100 options or 100 groups, never both (@slack/types, `StaticSelect`). */
const options = {
  options: z.array(optionSchema).min(1).max(100).optional(),
  option_groups: z.array(optionGroupSchema).min(1).max(100).optional(),
};
const eitherOptions = (menu: { options?: unknown; option_groups?: unknown }): boolean =>
  (menu.options === undefined) !== (menu.option_groups === undefined);
const EITHER = 'must define either `options` or `option_groups`';

const staticSelectSchema = z
  .strictObject({ type: z.literal('static_select'), ...select, ...options, initial_option: optionSchema.optional() })
  .refine(eitherOptions, EITHER);
const multiStaticSelectSchema = z
  .strictObject({
    type: z.literal('multi_static_select'),
    ...multi,
    ...options,
    initial_options: z.array(optionSchema).min(1).max(100).optional(),
  })
  .refine(eitherOptions, EITHER);

const external = { min_query_length: z.number().int().optional() };
const conversations = {
  default_to_current_conversation: z.boolean().optional(),
  filter: z
    .strictObject({
      include: z
        .array(z.enum(['im', 'mpim', 'private', 'public']))
        .min(1)
        .optional(),
      exclude_external_shared_channels: z.boolean().optional(),
      exclude_bot_users: z.boolean().optional(),
    })
    .optional(),
};
const urlRespondable = { response_url_enabled: z.boolean().optional() };

const menuSchemas = [
  staticSelectSchema,
  z.strictObject({
    type: z.literal('external_select'),
    ...select,
    ...external,
    initial_option: optionSchema.optional(),
  }),
  z.strictObject({ type: z.literal('users_select'), ...select, initial_user: z.string().optional() }),
  z.strictObject({
    type: z.literal('conversations_select'),
    ...select,
    ...conversations,
    ...urlRespondable,
    initial_conversation: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('channels_select'),
    ...select,
    ...urlRespondable,
    initial_channel: z.string().optional(),
  }),
  multiStaticSelectSchema,
  z.strictObject({
    type: z.literal('multi_external_select'),
    ...multi,
    ...external,
    initial_options: z.array(optionSchema).optional(),
  }),
  z.strictObject({
    type: z.literal('multi_users_select'),
    ...multi,
    initial_users: z.array(z.string()).optional(),
  }),
  z.strictObject({
    type: z.literal('multi_conversations_select'),
    ...multi,
    ...conversations,
    initial_conversations: z.array(z.string()).optional(),
  }),
  z.strictObject({
    type: z.literal('multi_channels_select'),
    ...multi,
    initial_channels: z.array(z.string()).optional(),
  }),
] as const;

/** 10 options each (@slack/types, `Checkboxes`, `RadioButtons`). */
const choiceSchemas = [
  z.strictObject({
    type: z.literal('checkboxes'),
    ...actionable,
    ...confirmable,
    ...focusable,
    options: z.array(choiceSchema).min(1).max(10),
    initial_options: z.array(choiceSchema).min(1).max(10).optional(),
  }),
  z.strictObject({
    type: z.literal('radio_buttons'),
    ...actionable,
    ...confirmable,
    ...focusable,
    options: z.array(choiceSchema).min(1).max(10),
    initial_option: choiceSchema.optional(),
  }),
] as const;

const pickerSchemas = [
  z.strictObject({ type: z.literal('datepicker'), ...select, initial_date: z.iso.date().optional() }),
  z.strictObject({
    type: z.literal('timepicker'),
    ...select,
    initial_time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .optional(),
    timezone: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('datetimepicker'),
    ...actionable,
    ...confirmable,
    ...focusable,
    initial_date_time: z.number().int().optional(),
  }),
] as const;

/** `min_length` and `max_length`: at most 3000 (docs.slack.dev, plain-text-input-element). */
const length = z.number().int().min(0).max(3000).optional();
const richTextInputSchema = z.strictObject({
  type: z.literal('rich_text_input'),
  ...typed,
  initial_value: richTextBlockSchema.optional(),
  min_lines: z.number().int().min(1).max(100).optional(),
  max_lines: z.number().int().min(1).max(100).optional(),
});
const typedSchemas = [
  z.strictObject({
    type: z.literal('plain_text_input'),
    ...typed,
    initial_value: z.string().max(3000).optional(),
    multiline: z.boolean().optional(),
    min_length: length,
    max_length: length,
  }),
  z.strictObject({
    type: z.literal('number_input'),
    ...typed,
    is_decimal_allowed: z.boolean(),
    initial_value: z.string().optional(),
    min_value: z.string().optional(),
    max_value: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('email_text_input'), ...typed, initial_value: z.string().optional() }),
  z.strictObject({ type: z.literal('url_text_input'), ...typed, initial_value: z.string().optional() }),
  richTextInputSchema,
  z.strictObject({
    type: z.literal('file_input'),
    ...actionable,
    filetypes: z.array(z.string()).min(1).optional(),
    max_files: z.number().int().min(1).max(10).optional(),
  }),
] as const;

/** What an `actions` block may hold (docs.slack.dev, actions-block). */
export const actionElementSchema = z.discriminatedUnion('type', [
  buttonSchema,
  workflowButtonSchema,
  overflowSchema,
  ...menuSchemas,
  ...choiceSchemas,
  ...pickerSchemas,
  richTextInputSchema,
]);

/** What may stand beside a section's text, images apart (docs.slack.dev, section-block). */
export const accessorySchemas = [
  buttonSchema,
  workflowButtonSchema,
  overflowSchema,
  ...menuSchemas,
  ...choiceSchemas,
  ...pickerSchemas,
] as const;

/** What an `input` block may hold (docs.slack.dev, input-block): no buttons, no overflow menus. */
export const inputElementSchema = z.discriminatedUnion('type', [
  ...typedSchemas,
  ...menuSchemas,
  ...choiceSchemas,
  ...pickerSchemas,
]);

const feedback = z.strictObject({ text: plainText(75), ...label, value: z.string().max(2000) });

/** What a `context_actions` block may hold (docs.slack.dev, context-actions-block). */
export const contextActionSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('feedback_buttons'),
    ...actionable,
    positive_button: feedback,
    negative_button: feedback,
  }),
  z.strictObject({
    type: z.literal('icon_button'),
    ...actionable,
    ...confirmable,
    ...label,
    /** `trash` is the only icon that the docs name (docs.slack.dev, icon-button-element). */
    icon: z.literal('trash'),
    text: plainText(75),
    value: z.string().max(2000).optional(),
    visible_to_user_ids: z.array(z.string()).optional(),
  }),
]);
