import type { Dice } from './dice.js';

/** JSON texts that no handler expects where they stand. */
const JUNK: readonly [string, ...string[]] = [
  'null',
  'true',
  '0',
  '-1',
  '1e400',
  '1.5',
  '99999999999999999999',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"__proto__"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{}}}',
  '{"length":-1}',
  '{"toString":1}',
  '{"then":1}',
  '{"_placeholder":true,"num":0}',
  '{"slug":{"_placeholder":true,"num":-1}}',
  '"story:join"',
  '"@keys"',
  '"../etc"',
  `"${'x'.repeat(3_000)}"`,
  `${'['.repeat(500)}${']'.repeat(500)}`,
  `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`,
  `[${'{},'.repeat(1_000)}{}]`,
  '{"a":1,"a":2}',
  `"${'\\u2028'.repeat(50)}"`,
];

/** Texts that are not even JSON. */
const BROKEN: readonly [string, ...string[]] = [
  '',
  '{',
  '[',
  ']',
  '"',
  '["story:join"',
  '["story:join",',
  '{"a"}',
  "['x']",
  'NaN',
  'undefined',
  '\u0000',
  '[,]',
  '["\\x"]',
  '["story:join",{"slug":"a"}]]',
  '["a"]["b"]',
  '\ufeff[]',
  '[1]\u0000',
  'true false',
  '["\u0001"]',
  '[01]',
];

const EVENTS: readonly [string, ...string[]] = [
  '"story:join"',
  '"story:leave"',
  '"story:change"',
  '"story:reset"',
  '"server:goaway"',
  '"connect"',
  '"connection"',
  '"disconnect"',
  '"disconnecting"',
  '"error"',
  '"connect_error"',
  '"newListener"',
  '"removeListener"',
  '"message"',
  '"ping"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"hasOwnProperty"',
  '""',
  '"*"',
  '7',
  '-1',
  '1e400',
];

const NAMESPACES: readonly [string, ...string[]] = [
  '/admin,',
  '/,',
  '/%00,',
  '/../,',
  '/a?b=c,',
  '/?token=x,',
  `/${'n'.repeat(2_000)},`,
  '/__proto__,',
  '//,',
  '/admin',
  '/@keys,',
];

const IDS: readonly [string, ...string[]] = ['0', '1', '007', '4294967296', '9'.repeat(30), '9'.repeat(400), '1'];

/** Packets of Engine.IO that a client should not send, each as the text of a message. */
export const BAD_ENGINE_PACKETS: Readonly<Record<string, (dice: Dice) => string>> = {
  'no packet': () => '',
  'an unknown type': (dice) => dice.pick(['7', '8', '9', 'x', ' ', '\u0000', '-1', '🙂']) + dice.text(3),
  'an opening by the client': (dice) => `0${dice.pick(['', '{"sid":"mine"}', '{}'])}`,
  'a ping by the client': (dice) => `2${dice.pick(['', 'probe', dice.text(5)])}`,
  'a pong unasked': (dice) => `3${dice.pick(['', 'probe', dice.text(5)])}`,
  'an upgrade of nothing': (dice) => `5${dice.text(2)}`,
  'a packet of nothing': (dice) => `6${dice.text(2)}`,
  'bytes as text': (dice) => `b${dice.pick(['', 'AQID', '====', dice.text(6)])}`,
};

/** Packets of Socket.IO that a client should not send, each as the text of an Engine.IO message. */
export const BAD_SOCKET_PACKETS: Readonly<Record<string, (dice: Dice) => string>> = {
  'no packet': () => '4',
  'an unknown type': (dice) => `4${dice.pick(['7', '8', '9', 'x', ' ', '-'])}${dice.pick(JUNK)}`,
  'a second connect': (dice) => `40${dice.pick(['', '{"token":1}', '{"token":{}}', ...JUNK])}`,
  'a connect elsewhere': (dice) => `40${dice.pick(NAMESPACES)}${dice.pick(['', '{}', ...JUNK])}`,
  'an event elsewhere': (dice) => `42${dice.pick(NAMESPACES)}["story:join",{"slug":"a"}]`,
  'an event of no form': (dice) => `42${dice.pick(JUNK)}`,
  'an event that is no JSON': (dice) => `42${dice.pick(BROKEN)}`,
  'an event by another name': (dice) => `42[${dice.pick(EVENTS)},${dice.pick(JUNK)}]`,
  'an event with a strange number': (dice) => `42${dice.pick(IDS)}[${dice.pick(EVENTS)},${dice.pick(JUNK)}]`,
  'an event of many arguments': (dice) => `421["story:join"${`,${dice.pick(JUNK)}`.repeat(dice.int(2, 4))}]`,
  'an acknowledgement of nothing': (dice) =>
    `43${dice.pick(IDS)}${dice.pick(['[]', '[{"ok":true}]', ...JUNK, ...BROKEN])}`,
  'an acknowledgement without a number': (dice) => `43${dice.pick(['[]', ...JUNK])}`,
  'a refusal by the client': (dice) => `44${dice.pick(['', '{"message":"x"}', ...JUNK])}`,
  'bytes to come': (dice) =>
    `45${dice.pick(['1', '2', '0', '-1', '1e9', '9999999999', 'x', ''])}-["story:join",{"slug":{"_placeholder":true,"num":${dice.pick(['0', '5', '-1', '1.5', '"0"', 'null'])}}}]`,
  'bytes to come, without end': (dice) => `45${dice.int(3, 9)}[${dice.pick(JUNK)}]`,
  'an acknowledgement of bytes': (dice) =>
    `46${dice.pick(['1', '0', '9'])}-${dice.pick(IDS)}[{"_placeholder":true,"num":0}]`,
  'deep lists': (dice) => {
    const depth = dice.int(1_000, 7_500);
    return `42["story:join",${'['.repeat(depth)}${']'.repeat(depth)}]`;
  },
  'deep lists with bytes': (dice) => {
    const depth = dice.int(1_000, 7_000);
    return `451-["story:join",${'['.repeat(depth)}{"_placeholder":true,"num":0}${']'.repeat(depth)}]`;
  },
  noise: (dice) => `4${dice.text(dice.int(1, 80))}`,
};

/** A join or leave with one of its fields, or several, replaced by what it should not be. */
export function badJoin(dice: Dice, slug: string): string {
  const fields: Record<string, string> = {
    slug: JSON.stringify(slug),
    position: '{"epoch":"aaaa","seq":1}',
    limit: '30',
    edition: '"public"',
    token: '"hunter2"',
  };
  const names = Object.keys(fields);
  for (let count = dice.int(1, 3); count > 0; count -= 1) {
    const name = names[dice.int(0, names.length - 1)] ?? 'slug';
    if (dice.chance(0.1)) delete fields[name];
    else fields[dice.chance(0.1) ? dice.pick(['surprise', '__proto__', 'constructor', '']) : name] = dice.pick(JUNK);
  }
  const body = Object.entries(fields).map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  const event = dice.chance(0.8) ? 'story:join' : 'story:leave';
  return `42${dice.chance(0.7) ? dice.pick(IDS) : ''}["${event}",{${body.join(',')}}]`;
}
