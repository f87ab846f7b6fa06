/**
 * The look of `<live-story>`. What sites may set are the custom properties named `--live-story-…` and the parts; all else
 * is set on what lies within the shadow root, where no rule of theirs can reach. Sizes are in `em` of the reader's own
 * default size, since `rem` is whatever a site made of its root.
 *
 * Directions are logical throughout: a story in Arabic is mirrored by its `dir` alone. Nothing that comes and goes takes
 * room in the flow, and what a script shows has its room before there is one: neither moves the text.
 */
export const STYLES = `
:host { display: block; }
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
.root {
  --_paper: var(--live-story-paper, light-dark(#fff, #131517));
  --_card: var(--live-story-card, light-dark(#f5f3ee, #1e2124));
  --_ink: var(--live-story-ink, light-dark(#17191b, #eceae5));
  --_soft: var(--live-story-soft, light-dark(#595d61, #a9adb1));
  --_rule: var(--live-story-rule, light-dark(#d9d6cf, #3a3e42));
  --_accent: var(--live-story-accent, light-dark(#b3121d, #ff8078));
  --_on-accent: var(--live-story-on-accent, light-dark(#fff, #1f0504));
  --_notice: var(--live-story-notice, light-dark(#fbf0d5, #33280f));
  --_notice-ink: var(--live-story-notice-ink, light-dark(#684000, #f2c26b));
  --_focus: var(--live-story-focus, light-dark(#0a58c2, #8fc1ff));
  --_serif: var(--live-story-serif, Charter, "Bitstream Charter", "Sitka Text", "Iowan Old Style", Cambria, Georgia, serif);
  --_sans: var(--live-story-sans, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif);
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
.story { --_track: .03em; font: var(--live-story-size, 1.0625em)/1.55 var(--_serif); overflow-wrap: anywhere; }
.story[dir=rtl] { --_track: 0; }
h1, h2, h3, h4, h5, p, ul, ol, figure, blockquote { margin: 0; padding: 0; font: inherit; }
a { color: inherit; text-decoration: underline .07em; text-decoration-color: var(--_accent); text-underline-offset: .2em; }
a:hover { color: var(--_accent); }
button { margin: 0; padding: .4em .9em; border: 1px solid var(--_rule); border-radius: 2em; background: none; color: inherit; font: inherit; cursor: pointer; }
button:hover { border-color: currentcolor; }
:focus-visible { outline: 3px solid var(--_focus); outline-offset: 3px; }

.kicker, .state, .stamp, .labels, .relations, .credits, .controls, .notices, .pages, .empty, .correction strong,
.key-points h2, .key-points h3, .key-points h4, .key-points h5, figcaption, blockquote footer, .embed, .notice { font-family: var(--_sans); }

.header { padding-block-end: 1.4em; border-block-end: 1px solid var(--_ink); }
.kicker { margin-block-end: .5em; color: var(--_accent); font-size: .88em; font-weight: 700; line-height: 1.3; }
.story-headline { font-size: clamp(1.75em, 1.1em + 3.6cqi, 3em); font-weight: 700; line-height: 1.1; letter-spacing: calc(var(--_track) * -.5); text-wrap: balance; }
.standfirst { margin-block-start: .75em; max-inline-size: 34em; color: var(--_soft); font-size: 1.18em; line-height: 1.42; text-wrap: pretty; }
figure { margin-block: 1.2em; }
.header > figure { margin-block: 1.3em 0; }
img { display: block; inline-size: auto; max-inline-size: 100%; block-size: auto; background: var(--_card); }
figcaption { padding-block-start: .55em; color: var(--_soft); font-size: .82em; line-height: 1.4; }
figcaption small { font-size: .92em; white-space: nowrap; }

.state { padding-block: .85em; color: var(--_soft); font-size: .82em; line-height: 1.4; }
.status { display: inline-block; margin-inline-end: .5em; padding: .15em .65em; border: 1px solid currentcolor; border-radius: .25em; color: var(--_ink); font-weight: 700; letter-spacing: var(--_track); }
.status.is-live { border-color: var(--_accent); background: var(--_accent); color: var(--_on-accent); }
.status.is-live::before { content: ""; display: inline-block; inline-size: .5em; block-size: .5em; margin-inline-end: .5em; border: .25em solid; border-radius: 50%; vertical-align: .1em; }
.status.is-paused { border-color: transparent; background: var(--_notice); color: var(--_notice-ink); }

.notices { position: sticky; inset-block-start: var(--_top); z-index: 2; block-size: 0; font-size: .88em; line-height: 1.4; }
.notices > * { inline-size: fit-content; max-inline-size: 100%; margin: 0 auto .5em; border: 1px solid transparent; border-radius: .3em; box-shadow: 0 .1em .9em #0003; }
.notices > .trouble { margin-block-start: .5em; }
.notices > .trouble:empty { margin: 0; border: 0; box-shadow: none; }
.notices > p:not(:empty) { padding: .55em .9em; border-color: currentcolor; background: var(--_notice); color: var(--_notice-ink); }
.notices > .banner { display: flex; align-items: baseline; gap: .7em; inline-size: 100%; padding: .7em .9em; background: var(--_accent); color: var(--_on-accent); font-weight: 600; }
.banner a { flex: 1; color: inherit; text-decoration-color: currentcolor; }
.banner .label { border-color: currentcolor; background: none; color: inherit; }
.dismiss { min-inline-size: 1.9em; margin: -.4em -.4em -.4em .2em; padding: .2em; border-color: transparent; font-size: 1.15em; line-height: 1.3; }
.gathered { display: block; padding: .65em 1.3em; border-radius: 2em !important; background: var(--_ink); color: var(--_paper); font-weight: 600; }
.gathered::before { content: "↑"; margin-inline-end: .6em; }

.key-points { margin-block-end: 1.4em; padding: 1em 1.1em 1.1em; border-block-start: 3px solid var(--_accent); background: var(--_card); }
.key-points :is(h2, h3, h4, h5) { font-size: .88em; font-weight: 700; }
.key-points ul { list-style: none; }
.key-points li { margin-block-start: .6em; padding-block-start: .6em; border-block-start: 1px solid var(--_rule); font-size: .97em; line-height: 1.4; }
.key-points a { text-decoration-color: transparent; }
.key-points a:hover { text-decoration-color: currentcolor; }

.controls { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5em 1em; margin-block-end: 1.2em; font-size: .82em; line-height: 1.4; position: relative; }
.controls .refresh { position: absolute; inset-block-start: .45em; }
.filters { display: flex; flex-wrap: wrap; gap: .4em; }
[aria-pressed=true] { border-color: var(--_ink); background: var(--_ink); color: var(--_paper); }
:host(:not([data-live])) .needs-script { visibility: hidden; }
:host([data-live]) .refresh { display: none; }

.entry { padding-block: 1.5em 1.6em; border-block-start: 1px solid var(--_rule); scroll-margin-block-start: calc(var(--_top) + 3.5em); }
.entry:focus-visible { outline-offset: .5em; }
.stamp { display: flex; flex-wrap: nowrap; gap: .6em; min-block-size: 1.4em; margin-block-end: .45em; color: var(--_soft); font-size: .82em; line-height: 1.4; white-space: nowrap; font-variant-numeric: tabular-nums; }
.stamp a { color: var(--_ink); font-weight: 700; text-decoration: none; }
.stamp a:hover { color: var(--_accent); text-decoration: underline; }
.labels { display: flex; flex-wrap: wrap; gap: .4em; margin-block-end: .55em; font-size: .76em; line-height: 1.3; }
.label { padding: .2em .6em; border: 1px solid var(--_rule); border-radius: .25em; color: var(--_ink); font-weight: 700; letter-spacing: var(--_track); }
.label.is-breaking { border-color: var(--_accent); background: var(--_accent); color: var(--_on-accent); }
.label.is-key-event { border-color: var(--_accent); color: var(--_accent); }
.label:is(.is-unverified, .is-disputed, .is-withdrawn) { border-color: transparent; background: var(--_notice); color: var(--_notice-ink); }
.headline { margin-block-end: .4em; font-size: 1.3em; font-weight: 700; line-height: 1.2; text-wrap: balance; }
.is-key-event .headline { font-size: 1.45em; }
.is-breaking .headline { font-size: 1.7em; line-height: 1.14; }
.entry.is-key-event { border-block-start: 3px solid var(--_ink); }
.entry.is-breaking { border-block-start: 4px solid var(--_accent); }
.entry.is-pinned { padding-inline: 1.1em; background: var(--_card); }
.report { max-inline-size: var(--live-story-measure, 34em); }

.body > * + *, .body > figure { margin-block-start: 1em; }
.body :is(h2, h3, h4) { margin-block-start: 1.4em; font-size: 1.1em; font-weight: 700; line-height: 1.3; }
.body :is(ul, ol) { padding-inline-start: 1.4em; }
.body li + li { margin-block-start: .4em; }
.body li::marker { color: var(--_soft); }
code { padding: .1em .3em; border-radius: .2em; background: var(--_card); font-size: .9em; }
blockquote { padding-inline-start: 1.1em; border-inline-start: 3px solid var(--_accent); font-size: 1.1em; line-height: 1.45; }
blockquote footer { margin-block-start: .5em; color: var(--_soft); font-size: .78em; }
cite { font-style: normal; }
.correction { margin-block: .6em 1em; padding: .8em 1em; border-inline-start: 3px solid; background: var(--_notice); color: var(--_notice-ink); font-size: .95em; line-height: 1.45; }
.correction strong { display: block; font-size: .87em; }
.notice { padding: .8em 1em; border: 1px dashed var(--_soft); color: var(--_soft); font-size: .95em; line-height: 1.45; }
.embed { padding: 1.1em; border: 1px solid var(--_rule); background: var(--_card); font-size: .9em; }
.embed-title { margin-block-end: .7em; font-weight: 700; }
.embed.is-loaded { padding: 0; border: 0; background: none; }
.embed button { border-color: var(--_ink); background: var(--_ink); color: var(--_paper); font-weight: 600; }
iframe { display: block; inline-size: 100%; aspect-ratio: 16/9; border: 0; background: var(--_card); }

.relations, .credits { margin-block-start: 1em; color: var(--_soft); font-size: .82em; line-height: 1.5; }
.relations a { margin-inline-end: 1em; }
.relations a::before { content: "↳ "; }
.credits { display: flex; flex-wrap: wrap; gap: .2em 1em; align-items: center; }
.credits > p { flex: none; max-inline-size: 100%; }
.byline { color: var(--_ink); font-weight: 600; }
.edited { flex-basis: 100% !important; }
.credits > .tags { flex: 1; }
.tags button { padding: .1em .7em; }
.tags button::before { content: "#"; }
.share { margin-inline-start: auto; }

.empty { padding-block: 3em; color: var(--_soft); text-align: center; }
.pages { display: flex; flex-direction: column; align-items: center; gap: 1em; padding-block: 1.4em 2em; border-block-start: 1px solid var(--_rule); font-size: .88em; }
.pages a { padding: .65em 1.4em; border: 1px solid var(--_ink); border-radius: 2em; font-weight: 600; text-decoration: none; }
.pages a:hover { background: var(--_ink); color: var(--_paper); }
.over { color: var(--_soft); }

@container (min-width: 38em) {
  .feed > .entry { display: grid; grid-template-columns: 6.2em minmax(0, 1fr); padding: 0; border: 0; background: none; }
  .stamp { flex-direction: column; gap: .1em; padding-block-start: .15em; white-space: normal; }
  .report { position: relative; max-inline-size: calc(var(--live-story-measure, 34em) + 1.8em); padding: 0 0 2.6em; padding-inline-start: 1.8em; border-inline-start: 1px solid var(--_rule); }
  .report::before { content: ""; position: absolute; inset-inline-start: -.42em; inset-block-start: .3em; inline-size: .78em; block-size: .78em; border: .14em solid var(--_soft); border-radius: 50%; background: var(--_paper); }
  .is-key-event > .report::before { background: var(--_ink); border-color: var(--_ink); }
  .is-breaking > .report::before { background: var(--_accent); border-color: var(--_accent); }
  .is-pinned > .report { margin-block-end: 2.6em; padding-block: 1.2em; padding-inline-end: 1.8em; background: var(--_card); }
}
@container (min-width: 62em) {
  .story { display: grid; grid-template: auto minmax(0, 1fr) auto / 15em minmax(0, 1fr); column-gap: 3.5em; }
  .header { grid-column: 1 / -1; margin-block-end: 1.2em; }
  .header:has(> figure) { display: grid; grid-template: auto auto 1fr / minmax(0, 6fr) minmax(0, 5fr); column-gap: 3em; }
  .header > figure { grid-area: 1 / 2 / span 4; margin: 0; }
  .notices { grid-area: 2 / 1 / -1 / -1; }
  .side { grid-area: 2 / 1 / -1 / 2; align-self: start; position: sticky; inset-block-start: calc(var(--_top) + 1em); max-block-size: calc(100vh - var(--_top) - 2em); overflow: auto; }
  .feed { grid-area: 2 / 2; padding-block-start: .8em; }
  .pages { grid-area: 3 / 2; }
}
@media (prefers-reduced-motion: no-preference) {
  .status.is-live::before { animation: _beat 2s ease-in-out infinite; }
  @keyframes _beat { 50% { opacity: .25; } }
}
@media (forced-colors: active) {
  [aria-pressed=true], .gathered, .banner { border: 3px solid Highlight; }
}
@media print {
  .root { color-scheme: light; background: none; }
  .notices, .controls, .pages, .share, .ago, .embed button { display: none !important; }
  .story { display: block; font-size: 11pt; }
  .entry, figure { break-inside: avoid; }
}
`;
