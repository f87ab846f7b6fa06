import type { Argument, EventOf } from '../../contract/events.js';
import { nameOf } from '../../contract/json-schemas.js';
import { type Html, html } from '../html.js';
import { inline, schemaLink } from './field-table.js';
import { jsonText } from './json-text.js';

type Event = Pick<EventOf<'listed'>, 'from' | 'summary' | 'answer'> & { readonly example: unknown };

/** One event for people, with an example as it goes over the wire. */
export function eventArticle(door: 'socket' | 'stream', name: string, event: Event, holds: readonly Argument[]) {
  const id = `${door}-${name.replace(':', '-')}`;
  const { from, summary, answer, example } = event;
  const sent = door === 'stream' ? `event: ${name}\ndata: ${JSON.stringify(example)}` : argumentsOf(name, example);
  return {
    id,
    title: name,
    body: html`<article class="operation" id="${id}" aria-labelledby="${id}-title">
<h3 id="${id}-title">${name}</h3>
<p class="door"><span class="method">${from === 'client' ? 'Client to server' : 'Server to client'}</span> ${holds.map(held)}</p>
<p>${inline(summary)}</p>
<pre class="example"><code>${sent}</code></pre>
${answer !== undefined && html`<h4>Acknowledged with</h4><p>${forms(answer)}</p>${Object.entries(answer.examples).map(([kind, given]) => html`<details><summary>Example, ${kind}</summary><pre><code>${jsonText(given)}</code></pre></details>`)}`}
</article>
`,
  };
}

function argumentsOf(name: string, example: unknown): string {
  const given = Array.isArray(example) ? example.map((argument) => jsonText(argument)) : [];
  return [JSON.stringify(name), ...given].join(',\n');
}

function held(argument: Argument): Html {
  return html`<span class="argument"><var>${argument.name}</var> ${forms(argument)}</span> `;
}

function forms({ schemas }: Argument): Html {
  const names = schemas.map((schema) => (schema.type === 'string' ? html`text` : schemaLink(nameOf(schema))));
  return html`${names.flatMap((one, at) => (at === 0 ? [one] : [' or ', one]))}`;
}
