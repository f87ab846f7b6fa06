/**
 * Looks that a site may begin with, made of nothing but what every site may set. Shared with the browser: the code that
 * is copied and the preview beside it are made of the same declarations.
 */
export interface EmbedTheme {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Of the element, by property. */
  readonly declarations: Readonly<Record<string, string>>;
}

export const EMBED_THEMES: readonly EmbedTheme[] = [
  { name: 'site', title: 'Light or dark, as my page is', declarations: {} },
  { name: 'light', title: 'Always light', declarations: { 'color-scheme': 'light' } },
  { name: 'dark', title: 'Always dark', declarations: { 'color-scheme': 'dark' } },
  {
    name: 'rose',
    title: 'Rose paper',
    declarations: {
      'color-scheme': 'light',
      '--live-story-paper': '#fdf0e4',
      '--live-story-card': '#f6e1cf',
      '--live-story-ink': '#2a211c',
      '--live-story-soft': '#62534a',
      '--live-story-rule': '#dec8b4',
      '--live-story-accent': '#0b6470',
      '--live-story-on-accent': '#fff',
      '--live-story-notice': '#fbdf9f',
      '--live-story-on-notice': '#553800',
    },
  },
  {
    name: 'plain',
    title: 'Plain, without serifs',
    declarations: {
      '--live-story-card': 'light-dark(#f2f4f7, #1b2027)',
      '--live-story-accent': 'light-dark(#0b55c4, #8cb8ff)',
      '--live-story-on-accent': 'light-dark(#fff, #071733)',
      '--live-story-serif': 'system-ui, sans-serif',
    },
  },
];

/** A theme as rules for a selector; empty where it sets nothing. */
export function themeRules(name: string, selector: string): string {
  const declarations = EMBED_THEMES.find((theme) => theme.name === name)?.declarations ?? {};
  const lines = Object.entries(declarations).map(([property, value]) => `  ${property}: ${value};`);
  return lines.length === 0 ? '' : [`${selector} {`, ...lines, '}'].join('\n');
}
