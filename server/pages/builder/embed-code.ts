import { escapeHtml } from '@slugline/client/body';
import { themeRules } from './embed-themes.js';

/** What a site chose: shared with the browser, which makes the same code of it without asking. */
export interface EmbedChoice {
  readonly slug: string;
  readonly theme: string;
  /** Attributes of the element that are not as they are by themselves, in the order in which they are written. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The element's attributes that the builder offers, with what stands where there is none. */
export const ATTRIBUTE_DEFAULTS: Readonly<Record<string, string>> = {
  order: 'newest',
  hide: '',
  'heading-level': '2',
  limit: '30',
  lang: '',
  announce: 'all',
  keys: 'focus',
};

/** @param value of an attribute, or of the form's field of the same name. */
export function choiceOf(slug: string, theme: string, value: (name: string) => string | undefined): EmbedChoice {
  const attributes: Record<string, string> = {};
  for (const [name, usual] of Object.entries(ATTRIBUTE_DEFAULTS)) {
    const chosen = value(name) ?? usual;
    if (chosen !== usual) attributes[name] = chosen;
  }
  return { slug, theme, attributes };
}

/** @param home of the server, with a slash at the end. */
export function elementCode({ slug, theme, attributes }: EmbedChoice, home: string): string {
  const written = Object.entries({ slug, ...attributes }).map(([name, value]) => ` ${name}="${escapeHtml(value)}"`);
  const rules = themeRules(theme, 'live-story');
  return [
    ...(rules === '' ? [] : [`<style>\n${rules}\n</style>`]),
    `<script type="module" src="${escapeHtml(home)}embed.js"></script>`,
    `<live-story${written.join('')}></live-story>`,
  ].join('\n');
}

/** The same for who can place no script of ours beside their text: a theme does not reach into a frame. */
export function frameCode({ slug, attributes }: EmbedChoice, home: string, title: string): string {
  const query = new URLSearchParams(attributes).toString();
  const source = `${home}embed/${encodeURIComponent(slug)}${query === '' ? '' : `?${query}`}`;
  return [
    `<iframe src="${escapeHtml(source)}" title="${escapeHtml(title)}" width="100%" height="800" loading="lazy" frameborder="0" allow="fullscreen"></iframe>`,
    `<script async src="${escapeHtml(home)}embed-frame.js"></script>`,
  ].join('\n');
}
