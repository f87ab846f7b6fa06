/**
 * The look of what a story has only once its reader did something, or something broke: no server prints it. Beside
 * `STYLES`.
 */
export const LATE_STYLES = `
.banner, .since { display: flex; align-items: baseline; gap: .7em }
.notices > .banner { inline-size: 100% }
.banner a { flex: 1; color: inherit; text-decoration-color: currentcolor }
.banner .label { border-color: currentcolor }
.notices .dismiss { min-inline-size: 2em; margin: -.4em; margin-inline-start: auto; padding: .2em; border-color: transparent; font-size: 1.1em }
.dismiss::before { content: "×" }
.is-loaded { padding: 0; border: 0; background: none }
iframe { display: block; inline-size: 100%; aspect-ratio: 16/9; border: 0 }
.is-tall iframe { max-inline-size: 26em; aspect-ratio: 3/5 }
`;
