import type { Audience, EntryReach } from '@slugline/client/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { counted, figure } from './words.js';

const WAYS = { socket: 'over sockets', sse: 'over streams', poll: 'by polls' } as const;

/** Readers now; by which way and at which instance, for who wants to know. */
export function audienceFigures(audience: Audience | undefined): TemplateResult | typeof nothing {
  if (audience === undefined) return nothing;
  const { readers, byTransport, byInstance } = audience;
  return html`<details class="menu audience">
    <summary>${counted(readers, 'reader')}</summary>
    <dl>
      ${(['socket', 'sse', 'poll'] as const).map((way) => html`<div><dt>${WAYS[way]}</dt><dd>${figure(byTransport[way])}</dd></div>`)}
      ${byInstance.map(({ instance, readers: there }) => html`<div><dt>at ${instance}</dt><dd>${figure(there)}</dd></div>`)}
    </dl>
  </details>`;
}

/** To how many an entry was handed as it happened, and how long it took to their screens. */
export function reachFigures(reach: EntryReach | undefined): TemplateResult | typeof nothing {
  if (reach === undefined) return nothing;
  const { reached, p50Ms, p95Ms, asked, confirmed } = reach;
  const times = p50Ms === undefined ? '' : `, ${figure(Math.round(p50Ms))} ms`;
  const more = p95Ms === undefined ? '' : `; 95 of 100 within ${figure(Math.round(p95Ms))} ms`;
  return html`<span class="reach" title="${figure(confirmed)} of ${figure(asked)} who were asked confirmed it${more}">
    ${counted(reached, 'reader')}${times}
  </span>`;
}
