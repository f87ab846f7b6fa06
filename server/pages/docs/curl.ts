import { HOME } from '../../contract/examples.js';
import { HEADERS, type Operation, PATH_PARAMETERS } from '../../contract/operation.js';
import { jsonText } from './json-text.js';

/** Of headers that are sent, not only allowed, in an example. */
const WORTH_SHOWING = ['Idempotency-Key', 'Last-Event-ID'] as const;

/** An operation's example as a line for a shell, at `HOME`. */
export function curlOf({ method, path, asked = {}, headers = [], body, who, answers }: Operation): string {
  const address = path.replace(/:(\w+)/g, (whole, name: string) => PATH_PARAMETERS[name]?.example ?? whole);
  const search = Object.keys(asked).length === 0 ? '' : `?${searchOf(asked)}`;
  const url = `${HOME}${address}${search}`;
  const isStream = answers[0].type === 'text/event-stream';
  const needsKey = who === 'editor' || who === 'admin';
  const parts = [
    `curl ${isStream ? '-N ' : ''}${method === 'GET' || method === 'POST' ? '' : `-X ${method} `}${quoted(url)}`,
    ...(method === 'POST' && body === undefined ? ['-X POST'] : []),
    ...(needsKey ? ['-H "Authorization: Bearer $SLUGLINE_KEY"'] : []),
    ...(body === undefined ? [] : [`-H 'Content-Type: ${body.type ?? 'application/json'}'`]),
    ...WORTH_SHOWING.filter((name) => headers.includes(name)).map((name) => `-H '${name}: ${HEADERS[name].example}'`),
    ...(body === undefined
      ? []
      : [`-d ${shellText(typeof body.example === 'string' ? body.example : jsonText(body.example))}`]),
  ];
  return parts.join(' \\\n  ');
}

/** What needs no other form is written as it is, so that all who ask from one position do so at the same address. */
function searchOf(asked: NonNullable<Operation['asked']>): string {
  const texts = Object.entries(asked).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(texts).toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
}

const quoted = (url: string): string => (url.includes('&') || url.includes('?') ? shellText(url) : url);
const shellText = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
