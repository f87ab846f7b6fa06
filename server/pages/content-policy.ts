import { createHash } from 'node:crypto';
import { STYLES } from '@slugline/client/view';
import type { AllowedOrigins } from '../config.js';

interface Allowed {
  /** Styles that stand in the page itself, beside the element's. */
  readonly styles?: readonly string[];
  /** Where forms may be sent. */
  readonly forms?: string;
  /** Whose pages may show this one in a frame. */
  readonly ancestors?: string;
  /** Where pictures may come from, beside the web. */
  readonly images?: readonly string[];
  /** Names of the only policies by which scripts may make what runs; absent: any. */
  readonly trustedTypes?: readonly string[];
}

/**
 * Nothing but our own files, the pictures of a story, and what its reader asks third parties for: no inline script, and
 * no inline style but those known by their digest, so that a text that should ever slip through unescaped still could
 * not run.
 */
export function pagePolicy(allowed: Allowed = {}): string {
  const { styles = [], forms = "'none'", ancestors = "'self'", images = [], trustedTypes } = allowed;
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${[STYLES, ...styles].map(digestOf).join(' ')}`,
    ["img-src 'self' http: https:", ...images].join(' '),
    "connect-src 'self'",
    'frame-src http: https:',
    "require-trusted-types-for 'script'",
    ...(trustedTypes === undefined ? [] : [`trusted-types ${trustedTypes.join(' ')}`]),
    "base-uri 'none'",
    `form-action ${forms}`,
    `frame-ancestors ${ancestors}`,
  ].join('; ');
}

/** For pages that are made to stand in a frame: whoever may use this server may frame them. */
export function framePolicy(allowed: AllowedOrigins): string {
  return pagePolicy({ ancestors: allowed === '*' ? '*' : ["'self'", ...allowed].join(' ') });
}

function digestOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
