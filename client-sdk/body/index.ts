export { escapeHtml } from './escape-html.js';
export { toHtml } from './to-html.js';
export { toText } from './to-text.js';
