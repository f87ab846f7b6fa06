/** What needs no space around it in a style sheet, and what none behind it. */
const SPACED = /\s*([{};,>])\s*|(?<=:) /g;

/** Takes out of the element's style sheet what is there for those who write it. */
export function shortStyles() {
  return {
    name: 'short-styles',
    transform: (code, id) =>
      /view\/(live-story|late)-css\.[jt]s$/.test(id) ? { code: code.replace(STYLES, short), map: null } : undefined,
  };
}

const STYLES = /(?<=STYLES = )`[^`]*`/;

const short = (styles) => styles.replace(SPACED, '$1').replaceAll(';}', '}');
