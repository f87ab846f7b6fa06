import { BREAKING_SLUG } from '@slugline/client/protocol';
import { textsIn } from '@slugline/client/view';
import { type Html, html } from '../html.js';
import { controlTexts } from './control-texts.js';

export interface ControlParts {
  /** BCP 47, of the page. */
  readonly language: string;
  /** The story that the page shows; absent: none alone. */
  readonly slug: string | undefined;
}

/**
 * The control by which readers get alerts and end them, in the page's masthead. All of it is printed here, in all of its
 * states; the module `browser/alerts.ts` tells which of them it is, so that the texts are none of a browser's burden.
 * Without a script there are no alerts, and it stays out of sight in the place that it takes.
 */
export function alertsControl({ language: ofPage, slug }: ControlParts): Html {
  const { language, follow } = textsIn(ofPage);
  const texts = controlTexts(language);
  return html`<div class="alerts" id="alerts">
<button type="button" class="alerts-button" popovertarget="alerts-panel">${BELL}<span data-when="off">${follow}</span><span data-when="on">${texts.on}</span></button>
<section class="alerts-panel" id="alerts-panel" popover aria-labelledby="alerts-title">
<h2 id="alerts-title">${texts.title}</h2>
<div data-when="off on">
<p class="note">${texts.about}</p>
${slug !== undefined && choice(slug, texts.story, texts.storyNote)}
${choice(BREAKING_SLUG, texts.all, texts.allNote)}
</div>
<p data-when="denied">${texts.denied}</p>
<p data-when="unsupported">${texts.unsupported}</p>
<p class="trouble" role="status"><span data-when="failed">${texts.failed}</span><span data-when="later">${texts.later}</span></p>
</section>
</div>`;
}

function choice(topic: string, title: string, note: string): Html {
  return html`<label class="choice"><span>${title}<small>${note}</small></span><input type="checkbox" role="switch" data-topic="${topic}"></label>`;
}

const BELL = html`<svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false"><path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" d="M4.5 14.5h11c-1.2-1.4-1.6-2.6-1.6-5.6a3.9 3.9 0 0 0-7.8 0c0 3-.4 4.2-1.6 5.6zM8.4 17a1.8 1.8 0 0 0 3.2 0M10 5V3.4"/></svg>`;
