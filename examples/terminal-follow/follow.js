import { connect } from '@slugline/client';
import { toText } from '@slugline/client/body';

const [url, slug] = process.argv.slice(2);
if (url === undefined || slug === undefined) {
  console.error('Usage: npm start --workspace examples/terminal-follow -- <url> <slug>');
  console.error('       for instance http://localhost:3000 velmouth-bridge');
  process.exit(2);
}

const token = process.env.SLUGLINE_TOKEN;
const client = connect(url, token === undefined ? {} : { token });
const story = client.story(slug);

// The first snapshot comes as a reset, and so does any later one that replaces what we hold. Entries are newest
// first, as a page shows them; a terminal reads downwards.
story.on('reset', ({ entries }) => {
  printHeader(story.story);
  for (const entry of entries.toReversed()) printEntry(entry);
});
story.on('entry', ({ entry, previous, kind }) => printEntry(entry, previous === undefined ? undefined : kind));
story.on('change', ({ cause, story: header }) => {
  if (cause !== 'reset' && header !== undefined) printHeader(header);
});
story.on('status', (status) => {
  if (status === 'refused') {
    process.exitCode = 1;
    client.close();
  } else if (status !== 'closed') {
    console.error(`(${status})`);
  }
});
story.on('error', (error) => console.error(`(${error.message})`));

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => client.close());

function printHeader({ kicker, headline, status, keyPoints }) {
  const label = kicker === undefined ? '' : `${kicker}: `;
  console.log(`\n${rule('=')}\n${wrap(`${label}${headline} [${status}]`)}`);
  for (const { text } of keyPoints) console.log(wrap(`* ${text}`, '  '));
  console.log(rule('='));
}

function printEntry(entry, kind) {
  const time = new Date(entry.publishedAt).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (entry.status !== 'usable') {
    console.log(`\n${time}  WITHDRAWN`);
    if (entry.notice !== undefined) console.log(wrap(entry.notice.text, '       '));
    return;
  }
  const labels = [
    kind === 'entry.updated' && 'UPDATED',
    kind === 'entry.corrected' && 'CORRECTED',
    entry.breaking && 'BREAKING',
    entry.verification === 'disputed' && 'DISPUTED',
    entry.verification === 'unverified' && 'NOT VERIFIED',
  ].filter(Boolean);
  const heading = [...labels, entry.headline].filter((part) => part !== undefined).join('  ');
  console.log(`\n${time}  ${heading}`);
  for (const correction of entry.corrections) console.log(wrap(`Correction: ${correction.text}`, '       '));
  for (const line of toText(entry.body).split('\n')) console.log(wrap(line, '       '));
  if (entry.sources.length > 0) console.log(wrap(`(${entry.sources.map(({ name }) => name).join(', ')})`, '       '));
}

function width() {
  return Math.max(40, Math.min(100, process.stdout.columns ?? 80));
}

function rule(character) {
  return character.repeat(width());
}

/** Breaks a line between words, each part behind the margin. */
function wrap(text, margin = '') {
  const lines = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && margin.length + line.length + 1 + word.length > width()) {
      lines.push(margin + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(margin + line);
  return lines.join('\n').trimEnd();
}
