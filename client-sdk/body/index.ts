export { toHtml } from './to-html.js';
export { toText } from './to-text.js';
