import { ERRORS } from '@slugline/client/protocol';
import { SOCKET_EVENTS, STREAM_EVENTS } from '../../contract/events.js';
import { HOME } from '../../contract/examples.js';
import { QUERY_TEXTS } from '../../contract/field-texts.js';
import {
  type JsonSchema,
  type JsonSchemas,
  jsonSchemas,
  nameOf,
  parameterSchemas,
} from '../../contract/json-schemas.js';
import {
  errorsOf,
  GROUPS,
  type Group,
  HEADERS,
  type Operation,
  PATH_PARAMETERS,
  WHO,
} from '../../contract/operation.js';
import { addressesAt } from '../addresses.js';
import { type Html, html } from '../html.js';
import type { PageAssets } from '../page-assets.js';
import { pageDocument } from '../page-document.js';
import { curlOf } from './curl.js';
import { eventArticle } from './event-article.js';
import { fieldTable, inline, kindOf, type Row, rowsOf, schemaLink } from './field-table.js';
import { jsonText } from './json-text.js';

export interface DocsParts {
  readonly operations: readonly Operation[];
  readonly assets: PageAssets;
  readonly siteName: string | undefined;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly about: Html;
  readonly items: readonly { readonly id: string; readonly title: string; readonly body: Html }[];
}

/** All operations, events, objects and errors on one page, at `HOME`. It needs no script: what is looked for is found by the browser. */
export function docsDocument({ operations, assets, siteName }: DocsParts): string {
  const schemas = jsonSchemas('draft-2020-12');
  const sections = [
    ...operationSections(operations, schemas),
    ...eventSections(),
    objectSection(schemas),
    errorSection(),
  ];
  return pageDocument({
    title: 'API',
    language: 'en',
    assets,
    site: { addresses: addressesAt(HOME), name: siteName, sendsAlerts: false },
    head: html`<link rel="canonical" href="${HOME}/docs">
<link rel="service-desc" type="application/json" href="${HOME}/openapi.json">
${assets.docsStyles?.map((url) => html`<link rel="stylesheet" href="${url}">`)}`,
    kind: 'docs',
    main: html`<header class="docs-head"><h1>API</h1>
<p class="lede">Everything that this server answers at and tells. This page is made of the schemas that the server parses with, and so are the documents for machines: <a href="${HOME}/openapi.json">OpenAPI 3.1</a> and <a href="${HOME}/asyncapi.json">AsyncAPI 3.0</a>.</p>
<dl class="base"><div><dt>Server</dt><dd><code>${HOME}</code></dd></div><div><dt>Credential</dt><dd><code>Authorization: Bearer …</code></dd></div><div><dt>Times</dt><dd>ISO 8601 in UTC, with milliseconds</dd></div></dl></header>
<div class="docs-body"><nav class="contents" aria-label="Contents"><ul>${sections.map(contents)}</ul></nav>
<div class="chapters">${sections.map(chapter)}</div></div>`,
  });
}

function contents({ id, title, items }: Section): Html {
  const links = items.map((item) => html`<li><a href="#${item.id}">${item.title}</a></li>`);
  return html`<li><a href="#${id}">${title}</a><ul>${links}</ul></li>\n`;
}

function chapter({ id, title, about, items }: Section): Html {
  return html`<section id="${id}" class="chapter" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<p class="about">${about}</p>
${items.map(({ body }) => body)}</section>
`;
}

function operationSections(operations: readonly Operation[], schemas: JsonSchemas): readonly Section[] {
  const isGroup = (name: string): name is Group => name in GROUPS;
  return Object.keys(GROUPS)
    .filter(isGroup)
    .flatMap((group) => {
      const items = operations
        .filter((operation) => operation.group === group)
        .map((operation) => ({
          id: operation.id,
          title: operation.summary,
          body: operationArticle(operation, schemas),
        }));
      if (items.length === 0) return [];
      return [{ id: slugOf(group), title: group, about: inline(GROUPS[group]), items }];
    });
}

const slugOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-');

function operationArticle(operation: Operation, schemas: JsonSchemas): Html {
  const { id, method, path, summary, about, who, body } = operation;
  const parameters = parameterRows(operation);
  return html`<article class="operation" id="${id}" aria-labelledby="${id}-title">
<h3 id="${id}-title">${summary}</h3>
<p class="door"><span class="method is-${method.toLowerCase()}">${method}</span> <code>${path.split(/(:\w+)/).map((part) => (part.startsWith(':') ? html`<var>${part}</var>` : part))}</code></p>
${about !== undefined && html`<p>${inline(about)}</p>`}
<p class="who"><b>Who may</b> ${inline(WHO[who])}</p>
<pre class="example"><code>${curlOf(operation)}</code></pre>
${parameters.length > 0 && html`<h4>Parameters</h4>${fieldTable(`Parameters: ${summary}`, parameters)}`}
${body?.schema !== undefined && html`<h4>Body</h4>${fieldTable(`Body: ${summary}`, rowsOf(schemas[nameOf(body.schema)] ?? {}))}`}
<h4>Answers</h4>
<ul class="answers">${operation.answers.map(answer)}</ul>
<details><summary>Errors</summary><ul class="refused">${errorsOf(operation).map(errorItem)}</ul></details>
</article>
`;
}

function parameterRows({ path, query, headers = [] }: Operation): readonly Row[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    required: true,
    schema: { type: 'string' },
    text: PATH_PARAMETERS[name]?.text,
  }));
  const inQuery = (query === undefined ? [] : parameterSchemas(query)).map(({ name, required, schema }) => ({
    name: `?${name}`,
    required,
    schema,
    text: QUERY_TEXTS[name],
  }));
  const inHeaders = headers.map((name) => ({
    name,
    required: false,
    schema: { type: 'string' },
    text: HEADERS[name].text,
  }));
  return [...inPath, ...inQuery, ...inHeaders];
}

function answer({ status, text, type, schemas, example, headers = [] }: Operation['answers'][number]): Html {
  const named = schemas?.map((schema) => html` ${schemaLink(nameOf(schema))}`) ?? html` ${type ?? ''}`;
  const beside = headers.length > 0 && html` <span class="beside">with ${headers.join(', ')}</span>`;
  const line = html`<b>${status}</b> ${text}<span class="form">${named}</span>${beside}`;
  if (example === undefined) return html`<li>${line}</li>\n`;
  return html`<li>${line}<details><summary>Example</summary><pre><code>${jsonText(example)}</code></pre></details></li>\n`;
}

function errorItem(code: keyof typeof ERRORS): Html {
  return html`<li>${ERRORS[code].status} <a href="#error-${code}">${code}</a></li>`;
}

function eventSections(): readonly Section[] {
  const sockets = Object.entries(SOCKET_EVENTS).map(([name, event]) =>
    eventArticle('socket', name, event, event.holds),
  );
  const streams = Object.entries(STREAM_EVENTS).map(([name, event]) =>
    eventArticle('stream', name, event, [event.holds]),
  );
  return [
    {
      id: 'sockets',
      title: 'Socket.IO',
      about: html`Socket.IO protocol 5 over Engine.IO 4, at <code>/socket.io/</code>, in the default namespace. A credential goes into <code>auth.token</code> of the handshake.`,
      items: sockets,
    },
    {
      id: 'streams',
      title: 'Server-sent events',
      about: html`Events of <a href="#streamStory">a story’s stream</a> and of <a href="#streamBreaking">all breaking news</a>. <code>data</code> is one line of JSON.`,
      items: streams,
    },
  ];
}

function objectSection(schemas: JsonSchemas): Section {
  return {
    id: 'objects',
    title: 'Objects',
    about: html`What requests and answers are made of. Ignore fields that you do not know; those whose name ends in <code>Input</code> are sent, and take no other.`,
    items: Object.entries(schemas).map(([name, schema]) => ({
      id: `schema-${name}`,
      title: name,
      body: html`<article class="object" id="schema-${name}" aria-labelledby="schema-${name}-title"><h3 id="schema-${name}-title">${name}</h3>${objectBody(name, schema)}</article>\n`,
    })),
  };
}

/** An object's fields, or those of each of its forms. */
function objectBody(name: string, schema: JsonSchema): Html {
  const { oneOf } = schema;
  if (oneOf === undefined) return fieldTable(`Fields of ${name}`, rowsOf(schema));
  const forms = oneOf.map((form) =>
    form.properties === undefined ? html`<li>${kindOf(form)}</li>` : html`<li>${formOf(name, form)}</li>`,
  );
  return html`<p>One of</p><ul class="forms">${forms}</ul>`;
}

function formOf(name: string, form: JsonSchema): Html {
  const kind = String(form.properties?.type?.const ?? '');
  return html`<h4><code>${kind}</code></h4>${fieldTable(
    `Fields of ${name}, ${kind}`,
    rowsOf(form).filter((row) => row.name !== 'type'),
  )}`;
}

function errorSection(): Section {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, retryable, meaning }]) =>
      html`<tr id="error-${code}"><th scope="row"><code>${code}</code></th><td><p class="kind">${status}${retryable && html`, may be tried again unchanged`}</p><p>${inline(meaning)}</p></td></tr>\n`,
  );
  return {
    id: 'errors',
    title: 'Errors',
    about: html`Every error is a ${schemaLink('Problem')} (RFC 9457), or in an acknowledgement a ${schemaLink('WireError')}. Branch on its <code>code</code>.`,
    items: [
      {
        id: 'codes',
        title: 'Codes',
        body: html`<div id="codes"><table class="fields"><caption class="visually-hidden">Codes of errors</caption><tbody>${rows}</tbody></table></div>`,
      },
    ],
  };
}
