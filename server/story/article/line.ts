/** Characters of a headline, kicker or sub-heading in a text that does not mark them. */
export const LINE_MOST = 140;

/** What ends a sentence, or shows that it goes on; a question may be a headline. Quotation marks may follow. */
const SENTENCE_END = /[.!…:;,。！：；،؛]["'”’»“‹›)\]]*$/u;

/** Whether a text is short and no sentence. */
export function isLine(text: string): boolean {
  return text.length <= LINE_MOST && !SENTENCE_END.test(text);
}
