/**
 * The look of `<live-story>`. What sites may set are the custom properties named `--live-story-…` and the parts; all else
 * is set on what lies within the shadow root, where no rule of theirs can reach. Sizes are in `em` of the reader's own
 * default size, since `rem` is whatever a site made of its root.
 *
 * Directions are logical throughout: a story in Arabic is mirrored by its `dir` alone. Nothing that comes and goes takes
 * room in the flow, and what a script shows has its room before there is one: neither moves the text.
 *
 * It is a part of what every page loads, so it is short: see the budget of the embed.
 */
export const STYLES = `
:host { display: block }
:host([hidden]), [hidden] { display: none !important }
*, ::before, ::after { box-sizing: border-box; margin: 0; padding: 0 }
.root {
  --_paper: var(--live-story-paper, light-dark(#fff, #131517));
  --_card: var(--live-story-card, light-dark(#f5f3ee, #1e2124));
  --_ink: var(--live-story-ink, light-dark(#17191b, #eceae5));
  --_soft: var(--live-story-soft, light-dark(#595d61, #a9adb1));
  --_rule: var(--live-story-rule, light-dark(#d9d6cf, #3a3e42));
  --_accent: var(--live-story-accent, light-dark(#b3121d, #ff8078));
  --_on-accent: var(--live-story-on-accent, light-dark(#fff, #1f0504));
  --_notice: var(--live-story-notice, light-dark(#fbf0d5, #33280f));
  --_on-notice: var(--live-story-on-notice, light-dark(#684000, #f2c26b));
  --_focus: var(--live-story-focus, light-dark(#0a58c2, #8fc1ff));
  --_serif: var(--live-story-serif, Charter, "Sitka Text", Cambria, Georgia, serif);
  --_sans: var(--live-story-sans, system-ui, sans-serif);
  --_measure: var(--live-story-measure, 34em);
  --_top: var(--live-story-top, 0px);
  all: initial;
  display: block;
  color-scheme: inherit;
  container-type: inline-size;
  overflow-anchor: none;
  -webkit-text-size-adjust: 100%;
  background: var(--_paper);
  color: var(--_ink);
  font-family: var(--_sans);
}
.story { font-size: var(--live-story-size, 1.0625em); line-height: 1.45; overflow-wrap: anywhere }
h1, h2, h3, h4, h5, h6, button, cite, small { font: inherit }
h1, h2, h3, h4, h5, h6 { line-height: 1.2; text-wrap: balance }
h1, h2, h3, h4, h5, h6, .kicker, .status, .label, .byline, .stamp a, .embed-title, .gathered, .banner, .pages a { font-weight: 700 }
.story-headline, .standfirst, .headline, .body, .correction, .key-points li, .empty { font-family: var(--_serif) }
.body :is(footer, figcaption, .embed), .correction strong { font-family: var(--_sans); line-height: 1.45 }
.state, .stamp, .relations, .credits, .controls, figcaption, blockquote footer { font-size: .82em }
.kicker, .notices, .pages, .key-points :is(h2, h3, h4, h5) { font-size: .88em }
.state, .stamp, .relations, .credits, .controls, figcaption, blockquote footer, .standfirst, .notice, .empty, .over, ::marker { color: var(--_soft) }
.status, .label, .byline, .stamp a { color: var(--_ink) }
.kicker, .label.is-key-event, a:hover { color: var(--_accent) }
img, iframe, code, .embed, .key-points, .entry.is-pinned { background: var(--_card) }
.gathered, .embed button, [aria-pressed=true] { border-color: var(--_ink); background: var(--_ink); color: var(--_paper) }
.is-live, .label.is-breaking, .notices > .banner { border-color: var(--_accent); background: var(--_accent); color: var(--_on-accent) }
.is-paused, .is-unverified, .is-disputed, .label.is-withdrawn, .trouble:not(:empty), .since, .correction { background: var(--_notice); color: var(--_on-notice) }
a, .share button { color: inherit; text-decoration: underline .07em var(--_accent); text-underline-offset: .2em }
button { padding: .4em .9em; border: 1px solid var(--_rule); border-radius: 2em; background: none; color: inherit; cursor: pointer }
button:hover { border-color: currentcolor }
:focus-visible { outline: 3px solid var(--_focus); outline-offset: 3px }
.controls, .filters, .labels, .credits { display: flex; flex-wrap: wrap; gap: .5em }
:host(:not([data-live])) .needs-script { visibility: hidden }
:host([data-live]) .refresh { display: none }

.header { padding-block-end: 1.4em; border-block-end: 1px solid }
.kicker { margin-block-end: .5em }
.story-headline { font-size: clamp(1.75em, 1.1em + 3.4cqi, 2.7em); line-height: 1.1 }
.standfirst { margin-block-start: .75em; max-inline-size: var(--_measure); font-size: 1.18em; text-wrap: pretty }
img { display: block; max-inline-size: 100%; block-size: auto }
img:not([width][height]) { inline-size: 100%; aspect-ratio: 3/2; object-fit: contain }
figcaption { padding-block-start: .6em }
small { font-size: .92em }
.state { padding-block: 1em }
.status, .label { display: inline-block; padding: .15em .6em; border: 1px solid var(--_rule); border-radius: .25em }
.status { margin-inline-end: .5em }
.is-live::before { content: ""; display: inline-block; margin-block-end: .1em; margin-inline-end: .5em; border: .27em solid; border-radius: 50% }
.label.is-key-event { border-color: var(--_accent) }

.notices { display: flow-root; position: sticky; inset-block-start: var(--_top); z-index: 2; block-size: 0 }
.notices > * { inline-size: fit-content; max-inline-size: 100%; margin: .6em auto; border: 1px solid; border-radius: .3em; box-shadow: 0 .1em .9em #0004 }
.notices > :empty { margin: 0; border: 0 }
.heard { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%) }
.trouble:not(:empty), .since, .banner { padding: .55em .9em }
.notices > .trouble { inline-size: auto }
.notices .gathered { display: block; inline-size: 19em; padding: .65em; border-radius: 2em }
.gathered::before { content: "↑" / ""; float: inline-start; padding-inline-start: .5em }

.key-points { margin-block-end: 1.4em; padding: 1em 1.1em 1.1em; border-block-start: 3px solid var(--_accent) }
.key-points li { list-style: none; margin-block-start: .6em; padding-block-start: .6em; border-block-start: 1px solid var(--_rule); font-size: .97em }
.key-points a:not(:hover) { text-decoration-color: transparent }
.controls { position: relative; margin-block-end: 1.4em }
.filters { margin-inline-end: auto }
.refresh { position: absolute; inset-block-start: .4em }

.entry { background: var(--_paper); padding-block: 1.5em; border-block-start: 1px solid var(--_rule); scroll-margin-block-start: calc(var(--_top) + 3.5em) }
.entry:focus-visible { outline-offset: .5em }
.entry.is-key-event { border-block-start: 3px solid var(--_ink) }
.entry.is-breaking { border-block-start: 4px solid var(--_accent) }
.entry.is-pinned { padding-inline: 1.1em }
.stamp { display: flex; gap: 0 .6em; margin-block-end: .45em; white-space: nowrap; font-variant-numeric: tabular-nums }
.stamp a { text-decoration: none }
.labels { margin-block-end: .5em; font-size: .78em }
.headline { margin-block-end: .4em; font-size: 1.3em }
.is-key-event .headline { font-size: 1.45em }
.is-breaking .headline { font-size: 1.7em }
.body { line-height: 1.55 }
.body > * + *, figure, .relations, .credits { margin-block-start: 1em }
.body > :is(h2, h3, h4, h5, h6) { font-size: 1.1em }
.body :is(ul, ol) { padding-inline-start: 1.4em }
.body li + li { margin-block-start: .4em }
code { padding: .1em .3em; font-size: .9em }
blockquote { padding-inline-start: 1.1em; border-inline-start: 3px solid var(--_accent); font-size: 1.1em }
blockquote footer { margin-block-start: .5em; font-size: .75em }
.correction, .notice { padding: .8em 1em; font-size: .95em }
.correction { margin-block-end: 1em; border-inline-start: 3px solid }
.correction strong { display: block; inline-size: fit-content; font-size: .87em }
.notice { border: 1px dashed }
.embed { padding: 1.1em; border: 1px solid var(--_rule); font-size: .9em }
.embed button { margin-block-start: .7em }
.relations a { display: inline-block; padding-block: .25em; margin-inline-end: 1em }
.credits { align-items: center; gap: .2em 1em }
.edited { flex-basis: 100% }
.tags { flex: 1 auto }
.tags button { padding: .1em .7em }
.share { margin-inline-start: auto }
.share button { border: 0; padding-inline: 0 }
.empty:not(:empty) { padding-block: 3em; font-size: 1.2em; text-align: center }
.pages { display: flex; flex-direction: column; align-items: center; gap: 1em; padding-block: 1.4em 2em; border-block-start: 1px solid var(--_rule) }
.pages a { padding: .65em 1.4em; border: 1px solid; border-radius: 2em; text-decoration: none }

@container (min-width: 38em) {
  .notices > .trouble { inline-size: fit-content; margin-inline: auto 0 }
  .feed > .entry { display: grid; grid-template-columns: 6.2em minmax(0, 1fr); padding: 0; border: 0; background: var(--_paper); outline: 0 }
  .stamp { flex-direction: column; padding-block-start: 1.4em; padding-inline-end: 1.2em; white-space: normal }
  .report { position: relative; max-inline-size: calc(var(--_measure) + 3em); padding: 1em 1.2em 1.7em; padding-inline-start: 1.8em; border-inline-start: 1px solid var(--_rule) }
  .entry:focus-visible > .report { outline: 3px solid var(--_focus) }
  .report::before { content: ""; position: absolute; inset-block-start: 1.3em; inset-inline-start: calc(-.4em - .5px); inline-size: .8em; block-size: .8em; border: 2px solid var(--_soft); border-radius: 50%; background: var(--_paper) }
  .is-key-event > ::before { border-color: var(--_ink); background: var(--_ink) }
  .is-breaking > ::before { border-color: var(--_accent); background: var(--_accent) }
  .is-pinned > .report { margin-block-end: 1.6em; background: var(--_card) }
}
@container (min-width: 62em) {
  .story { display: grid; grid-template: auto minmax(0, 1fr) / 15em minmax(0, 1fr); column-gap: 3.5em }
  .header { grid-column: 1 / -1; margin-block-end: 1.2em }
  .header.is-pictured { display: grid; grid-template: auto auto 1fr / minmax(0, 6fr) minmax(0, 5fr); column-gap: 3em }
  .is-pictured > * { grid-column: 1 }
  .header > figure { grid-area: 1 / 2 / span 4; margin: 0 }
  .notices { grid-area: 2 / 1 / -1 / -1 }
  .side { grid-area: 2 / 1 / -1 / 2; align-self: start; position: sticky; inset-block-start: calc(var(--_top) + 1em); max-block-size: calc(100vh - var(--_top) - 2em); margin: -4px; padding: 4px; overflow: auto }
  .status { display: block; inline-size: fit-content; margin-block-end: .5em }
  .column { grid-area: 2 / 2 }
}
@media (prefers-reduced-motion: no-preference) {
  .is-live::before { animation: beat 2s ease-in-out 2 }
  @keyframes beat { 50% { opacity: .25 } }
}
@media (forced-colors: active) {
  [aria-pressed=true] { outline: 2px solid Highlight }
}
@media print {
  .root { color-scheme: light; background: none }
  .notices, .controls, .pages, .share, .ago, .embed button { display: none }
  .story { display: block; font-size: 11pt }
  .entry, figure { break-inside: avoid }
}
`;
