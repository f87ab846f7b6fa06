import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type CatchUp,
  type Change,
  LIMITS,
  type PublicEntry,
  type Snapshot,
  type Story,
} from '@slugline/client/protocol';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  catchUpSchema,
  changeSchema,
  goawaySchema,
  positionSchema,
  problemSchema,
} from '../../server/contract/wire-schemas.js';
import { publicEntrySchema, storySchema } from '../../server/story/schemas.js';
import { serverForTest } from '../helpers/server.js';
import { codesIn, fencesOf, rowsOf, sectionOf } from '../repo/markdown.js';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const README = read('examples/native-readers/README.md');
const PROTOCOL = read('PROTOCOL.md');

const codeIn = (language: string): string => {
  const [fence, ...others] = fencesOf(README).filter((one) => one.language === language);
  if (fence === undefined || others.length > 0) throw new Error(`The README is to have one block of ${language}`);
  return fence.text;
};
const NATIVE = ['swift', 'kotlin'] as const;

/** What the README's function in JavaScript gives. */
interface StoryReader {
  readonly held: {
    readonly header: Story | undefined;
    readonly entries: readonly PublicEntry[];
    readonly position: string | undefined;
    readonly leaveWithinMs?: number;
  };
  takeLine(line: string): void;
}

let storyReader: () => StoryReader;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slugline-reader-'));
  const file = join(folder, 'reader.mjs');
  await writeFile(file, codeIn('js'));
  ({ storyReader } = await import(pathToFileURL(file).href));
  await rm(folder, { recursive: true });
});

const takeText = (reader: StoryReader, text: string) => {
  const lines = text.split('\n');
  // What follows the last LF is no line yet.
  for (const line of lines.slice(0, -1)) reader.takeLine(line);
};
const event = (name: string, data: unknown, id?: string) =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const shown = ({ held }: StoryReader) => held.entries.map(({ id, version, status }) => `${id[0]} ${version} ${status}`);

describe('the steps, on the examples of PROTOCOL.md', () => {
  const streams = fencesOf(PROTOCOL).filter(({ language }) => language === 'sse');
  const examples = fencesOf(PROTOCOL).filter(({ language }) => language === 'json');

  it('take the streams', () => {
    expect(streams).toHaveLength(2);
    const [run, plain] = streams;
    const reader = storyReader();
    takeText(reader, `${run?.text.split('\n\n')[0]}\n\n`);
    expect(reader.held.position, 'in the middle of a run').toBe('mB4xQ2c9:43-44');
    takeText(reader, run?.text ?? '');
    expect(shown(reader)).toEqual(['p 2 usable', 'k 2 usable']);
    expect(reader.held.position).toBe('mB4xQ2c9:44');
    takeText(reader, plain?.text ?? '');
    expect(shown(reader), 'a reset drops what was held').toEqual(['p 3 canceled']);
    expect(reader.held.position).toBe('mB4xQ2c9:45');
    expect(JSON.stringify(reader.held.entries), 'the text is gone').not.toContain('going ashore');
  });

  it('take each catch-up and change, wherever the bytes are cut', () => {
    for (const { label, text } of examples.filter(({ label }) => label === 'CatchUp' || label === 'Change')) {
      const message: CatchUp | Change = JSON.parse(text);
      const isReset = 'reset' in message;
      if (isReset && !message.reset) continue;
      const sent = event(isReset ? 'reset' : 'change', message, 'e:1');
      for (let cut = 0; cut <= sent.length; cut += 7) {
        const reader = storyReader();
        let rest = '';
        for (const part of [sent.slice(0, cut), sent.slice(cut)]) {
          const at = (rest + part).lastIndexOf('\n') + 1;
          takeText(reader, (rest + part).slice(0, at));
          rest = (rest + part).slice(at);
        }
        expect(reader.held.position, label).toBe('e:1');
        const entries = isReset ? message.entries : message.entry === undefined ? [] : [message.entry];
        expect(reader.held.entries).toEqual(entries);
        if (message.story !== undefined) expect(reader.held.header).toEqual(message.story);
      }
    }
  });

  it('keep to the rules where an event is late, double, below the floor, or unknown', () => {
    const [sample] = examples.filter(({ label }) => label === 'Entry');
    const entry: PublicEntry = JSON.parse(sample?.text ?? '');
    const form = (id: string, version: number, minute: number) => ({
      ...entry,
      id,
      version,
      publishedAt: `2026-03-01T09:${minute}:00.000Z`,
    });
    const reader = storyReader();
    const page = [form('d', 1, 40), form('c', 2, 30)];
    takeText(
      reader,
      event('reset', { position: { epoch: 'e', seq: 5 }, reset: true, entries: page, older: 'x' }, 'e:5'),
    );
    const change = (seq: number, one: unknown) =>
      takeText(reader, event('change', { epoch: 'e', seq, entry: one }, `e:${seq}`));
    change(6, form('c', 1, 30));
    change(7, form('b', 3, 20));
    change(8, form('e', 1, 40));
    expect(shown(reader), 'c is no older, b is below the floor, e comes before d').toEqual([
      'e 1 usable',
      'd 1 usable',
      'c 2 usable',
    ]);
    takeText(reader, ':\n\nretry: 1000\n\nevent: audience\ndata: {"readers":7}\n\n');
    expect(reader.held.position).toBe('e:8');
    takeText(reader, event('goaway', { reconnectWithinMs: 20_000 }));
    expect(reader.held).toMatchObject({ leaveWithinMs: 20_000, position: 'e:8' });
    takeText(reader, event('goaway', { reconnectWithinMs: 20_000, use: 'poll' }));
    expect(reader.held.leaveWithinMs).toBeUndefined();
    expect(() => takeText(reader, 'data: {\nid: e:9\n\n')).toThrow();
    expect(reader.held.position, 'what could not be read was not processed').toBe('e:8');
  });

  it('end as the server, over a stream that breaks in between', async () => {
    const { url, api } = await serverForTest();
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    const reader = storyReader();
    /** Follows until everything was processed up to a position, then breaks off in the middle of what comes. */
    const followTo = async (seq: number) => {
      const { position } = reader.held;
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      const headers = { accept: 'text/event-stream', ...(position === undefined ? {} : { 'last-event-id': position }) };
      const answer = await fetch(`${url}/v1/stories/${slug}/stream`, { headers, signal: stop.signal });
      let rest = '';
      const decoder = new TextDecoder();
      for await (const bytes of answer.body ?? []) {
        rest += decoder.decode(bytes, { stream: true });
        for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
          reader.takeLine(rest.slice(0, end));
          rest = rest.slice(end + 1);
          if (reader.held.position?.endsWith(`:${seq}`)) break;
        }
        if (reader.held.position?.endsWith(`:${seq}`)) break;
      }
      stop.abort();
    };
    const rumour = await api.publish(slug, { headline: 'A rumour' });
    await followTo(2);
    const second = await api.publish(slug, { headline: 'Second' });
    await api.request('PATCH', `/v1/stories/${slug}/entries/${second.id}`, { body: { headline: 'Second, edited' } });
    await api.request('POST', `/v1/stories/${slug}/entries/${rumour.id}/withdrawal`, { body: { status: 'canceled' } });
    await followTo(5);
    await api.publish(slug, { headline: 'Third' });
    await api.request('PATCH', `/v1/stories/${slug}`, { body: { headline: 'Fire is out' } });
    await followTo(7);
    const { body } = await api.get<Snapshot>(`/v1/stories/${slug}`);
    expect(reader.held.entries).toEqual(body.entries);
    expect(reader.held.header).toEqual(body.story);
    expect(reader.held.position).toBe(`${body.position.epoch}:7`);
  });
});

describe.each(NATIVE)('the reader in %s', (language) => {
  const code = codeIn(language);

  it('does the steps of the table, and they are those that were run', () => {
    const numbered = (text: string) => [...text.matchAll(/^ *\/\/ (\d+)\b/gm)].map(([, step]) => Number(step));
    const table = rowsOf(README.split('\n## ')[0] ?? '').map(([step]) => Number(step));
    // Silence is what the platform's own time-outs are for.
    expect([...new Set(numbered(code))].sort((a, b) => a - b)).toEqual(table);
    expect(table).toEqual(table.map((_, at) => at + 1));
    const own = new Set([10, 11, 12]);
    expect(numbered(codeIn('js')).sort((a, b) => a - b)).toEqual(table.filter((step) => !own.has(step)));
  });

  it('names no event, field, header or path that the protocol does not have, and all that it needs', () => {
    const strings = [...code.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text);
    const events = rowsOf(sectionOf(PROTOCOL, 'Server-sent events')).flatMap(([cell = '']) => codesIn(cell));
    expect(strings).toEqual(expect.arrayContaining(events));
    // Fields of SSE and a header of HTTP itself, and the event name that stands where none was said.
    const given = ['event', 'data', 'id', ':', ' ', '', 'message', 'Accept'];
    const rest = strings.filter((text) => !events.includes(text) && !given.includes(text));
    for (const text of rest) {
      const path = text.replace(/^.*?v1\//, '/v1/').replace(/\\\(slug\)|\$slug/, ':slug');
      expect(PROTOCOL.includes(path), text).toBe(true);
    }
    expect(rest).toEqual(expect.arrayContaining(['Last-Event-ID', 'Retry-After', 'text/event-stream']));
  });

  it('waits as long as the rules say', () => {
    const rules = sectionOf(PROTOCOL, 'Rules a client must follow');
    expect(rules).toMatch(/starts at 1 s and doubles to 30 s, and starts over once a connection has held for 5 s/);
    const silence = LIMITS.silenceSeconds;
    const said =
      language === 'swift'
        ? [`timeoutInterval: ${silence})`, 'var bound = 1.0', 'min(bound * 2, 30)', '>= 5 { bound = 1 }']
        : [
            `readTimeout = ${silence}_000`,
            'var bound = 1.0',
            'minOf(bound * 2, 30.0)',
            '>= 5_000_000_000) bound = 1.0',
          ];
    for (const text of said) expect(code).toContain(text);
  });

  it('reads what the server sends, and takes nothing for granted that may be absent', () => {
    const types = typesIn(code, language);
    expect([...types.keys()].sort()).toEqual(Object.keys(SENT).sort());
    for (const [name, fields] of types) {
      for (const field of fields) expect(mismatch(name, field), `${name}.${field.name}`).toBeUndefined();
    }
  });
});

it('would be found that a reader reads what is not sent, or may be absent', () => {
  const found = (field: NativeField) => mismatch('Entry', field);
  expect(found({ name: 'headline', type: 'String', isOptional: false })).toBe('may be absent');
  expect(found({ name: 'title', type: 'String', isOptional: true })).toBe('is not sent');
  expect(found({ name: 'version', type: 'String', isOptional: false })).toBe('is integer, not String');
  expect(found({ name: 'corrections', type: '[Notice]', isOptional: true })).toBeUndefined();
  expect(found({ name: 'body', type: 'Block', isOptional: true })).toBe('is array, not Block');
});

it('refers to rules that there are', () => {
  const rules = [...sectionOf(PROTOCOL, 'Rules a client must follow').matchAll(/^(\d+)\. /gm)].map(([, rule]) => rule);
  for (const [step, , rule] of rowsOf(README.split('\n## ')[0] ?? '')) expect(rules, `step ${step}`).toContain(rule);
});

interface NativeField {
  readonly name: string;
  /** As Swift writes it: `[Span]`. */
  readonly type: string;
  readonly isOptional: boolean;
}

/** The data types of a reader. */
function typesIn(code: string, language: (typeof NATIVE)[number]): ReadonlyMap<string, readonly NativeField[]> {
  const [type, field] =
    language === 'swift'
      ? [/struct (\w+): Decodable \{(.*?)\}/gs, /let (\w+): ([^;\s?]+)(\?)?/g]
      : [/@Serializable data class (\w+)\((.*?)\)$/gms, /val (\w+): ([\w<>]+)(\? = null)?/g];
  return new Map(
    [...code.matchAll(type)].map(([, name = '', text = '']) => {
      const fields = [...text.matchAll(field)].map(([, of = '', native = '', optional]) => ({
        name: of,
        type: native.replaceAll(/List<([^<>]+)>/g, '[$1]').replaceAll(/List<(.+)>/g, '[$1]'),
        isOptional: optional !== undefined,
      }));
      return [name, fields];
    }),
  );
}

/** As much of JSON Schema as our schemas come to. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
}

const jsonSchema = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { unrepresentable: 'any', reused: 'inline' }) as Schema;
const formsOf = (schema: Schema): readonly Schema[] =>
  (schema.anyOf ?? schema.oneOf ?? [schema]).flatMap((one) => (one === schema ? [one] : formsOf(one)));
const fieldOf = (schema: Schema, name: string): Schema => ({
  anyOf: formsOf(schema).flatMap(({ properties }) => properties?.[name] ?? []),
});
const itemsOf = (schema: Schema): Schema => ({ anyOf: formsOf(schema).flatMap(({ items }) => items ?? []) });

const ENTRY = jsonSchema(publicEntrySchema);
/** By the names of the readers' types. */
const SENT: Readonly<Record<string, Schema>> = {
  Position: jsonSchema(positionSchema),
  Story: jsonSchema(storySchema),
  Entry: ENTRY,
  Notice: fieldOf(ENTRY, 'notice'),
  Correction: itemsOf(fieldOf(ENTRY, 'corrections')),
  Block: itemsOf(fieldOf(ENTRY, 'body')),
  Span: itemsOf(fieldOf(itemsOf(fieldOf(ENTRY, 'body')), 'content')),
  CatchUp: jsonSchema(catchUpSchema),
  Change: jsonSchema(changeSchema),
  Goaway: jsonSchema(goawaySchema),
  Problem: jsonSchema(problemSchema),
};

const NATIVE_NAMES: Readonly<Record<string, readonly string[]>> = {
  string: ['String'],
  integer: ['Int', 'Long', 'Double'],
  number: ['Double'],
  boolean: ['Bool', 'Boolean'],
};

/** What is wrong with a field of a reader's type; `undefined` when nothing is. */
function mismatch(name: string, field: NativeField): string | undefined {
  const forms = formsOf(SENT[name] ?? {});
  const sent = formsOf(fieldOf(SENT[name] ?? {}, field.name));
  if (sent.length === 0) return 'is not sent';
  if (!field.isOptional && !forms.every(({ required = [] }) => required.includes(field.name))) return 'may be absent';
  return sent.map((schema) => typeMismatch(schema, field.type)).find((wrong) => wrong !== undefined);
}

function typeMismatch(schema: Schema, native: string): string | undefined {
  const [, item] = /^\[(.*)\]$/.exec(native) ?? [];
  const type = schema.type ?? typeof (schema.const ?? schema.enum?.[0]);
  if (type === 'array' && item !== undefined) {
    return formsOf(schema.items ?? {})
      .map((one) => typeMismatch(one, item))
      .find((wrong) => wrong !== undefined);
  }
  const fits = type === 'object' ? Object.hasOwn(SENT, native) : NATIVE_NAMES[type]?.includes(native);
  return fits ? undefined : `is ${type}, not ${native}`;
}
