import { type Block, LIMITS } from '@slugline/client/protocol';
import { z } from 'zod';
import type { ParsedBody } from './body-builder.js';
import { bodyFromHtml } from './body-from-html.js';
import { bodyFromMarkdown } from './body-from-markdown.js';
import { fieldErrors, sentence } from './input-errors.js';
import { bodySchema } from './schemas.js';

const sourceText = z.string().max(LIMITS.bodySource);

/** The forms in which a body may come; one of them at most. */
export const bodyForms = {
  body: bodySchema.exactOptional(),
  bodyMarkdown: sourceText.exactOptional(),
  bodyHtml: sourceText.exactOptional(),
};

interface BodyForms {
  readonly body?: readonly Block[];
  readonly bodyMarkdown?: string;
  readonly bodyHtml?: string;
}

/** The input with its body as blocks, whichever form that came in; without a body where there was none. */
export function withBlocks<Input extends BodyForms>(input: Input, context: z.RefinementCtx) {
  const { body, bodyMarkdown, bodyHtml, ...fields } = input;
  const given = [body, bodyMarkdown, bodyHtml].filter((form) => form !== undefined);
  if (given.length > 1) {
    refuse(context, 'body', 'must come in one form: body, bodyMarkdown or bodyHtml');
    return z.NEVER;
  }
  const blocks =
    body ??
    (bodyMarkdown === undefined ? undefined : checked(context, 'bodyMarkdown', bodyFromMarkdown(bodyMarkdown))) ??
    (bodyHtml === undefined ? undefined : checked(context, 'bodyHtml', bodyFromHtml(bodyHtml)));
  return { ...fields, ...(blocks !== undefined && { body: blocks }) };
}

/** Holds what a text came to against the same limits as blocks that were sent. */
function checked(context: z.RefinementCtx, field: keyof BodyForms, { blocks, problems }: ParsedBody): readonly Block[] {
  const [problem] = problems;
  if (problem !== undefined) refuse(context, field, problem);
  const result = bodySchema.safeParse(blocks, { error: sentence });
  if (result.success) return result.data;
  const [fault] = fieldErrors(result.error.issues);
  const where = fault?.field === 'request' ? 'its blocks' : `its block ${fault?.field}`;
  refuse(context, field, `comes to more than it may: ${where} ${fault?.message}`);
  return [];
}

function refuse(context: z.RefinementCtx, field: keyof BodyForms, message: string): void {
  context.addIssue({ code: 'custom', path: [field], message });
}
