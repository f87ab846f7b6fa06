export { escapeHtml } from '../tree/escape-html.js';
export { toHtml } from './to-html.js';
export { toText } from './to-text.js';
