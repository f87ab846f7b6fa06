import type { Snapshot } from '@slugline/client/protocol';
import { describe, expect, it } from 'vitest';
import { runCli } from '../helpers/cli.js';
import { serverForTest } from '../helpers/server.js';

/** As it comes off a page: a name printed twice, a caption printed twice with its credit behind it. */
const ARTICLE = `HARBOUR
HARBOUR

Ferry to the islands sails again after nine days

Updated

Crews freed the gate of the outer lock on Monday, the port said, and the first boat left at noon

The ferry Maren leaves the outer lock of Velmouth on its first crossing.
The ferry Maren leaves the outer lock of Velmouth on its first crossing.Norrvik Post

The ferry to the outer islands left Velmouth at noon on Monday, nine days after a broken gate had shut it in.

"We had bread for one more day," said a baker on the largest of the islands.

Divers Found a Bent Hinge, and Not the Rock That Was Feared

Divers had looked for a rock and found a hinge, reports the Norrvik Post.

Islanders disputed what the port had said on Sunday.

Port to Pay for Lost Tickets

The port said that it would pay for "every ticket of these nine days".

The Council Asks: Who Knew of the "Soft Gate"?

A report of last spring had called the gate soft.`;

const parts = ['Divers Found a Bent Hinge, and Not the Rock That Was Feared', 'Port to Pay for Lost Tickets'];
const LAST = 'The Council Asks: Who Knew of the "Soft Gate"?';
const PICTURE = ['--picture', 'https://pictures.example/maren.jpg', '--alt', 'A white ferry in a narrow lock'];

async function storyFileOf(input: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runCli(['import-article', '--json', ...args], { input });
  expect(code, stderr).toBe(0);
  const file: unknown = JSON.parse(stdout);
  return file;
}

describe('slugline import-article', () => {
  it('shows what it found and publishes nothing, until it is told to; then once, however often it is run', async () => {
    const server = await serverForTest();
    const options = { env: { SLUGLINE_URL: server.url, SLUGLINE_KEY: server.adminKey }, input: ARTICLE };
    const slug = 'ferry-to-the-islands-sails-again-after-nine-days';

    const shown = await runCli(['import-article'], options);
    expect(shown.code, shown.stderr).toBe(0);
    for (const found of [slug, 'HARBOUR', 'Crews freed the gate', 'credit Norrvik Post', '1  (lead)', `4  ${LAST}`]) {
      expect(shown.stdout).toContain(found);
    }
    expect(shown.stderr).toContain('Nothing was published.');
    expect((await server.api.get(`/v1/stories/${slug}`)).status).toBe(404);

    for (const _ of [1, 2]) {
      const { code, stderr } = await runCli(['import-article', ...PICTURE, '--publish'], options);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain(`/s/${slug}`);
    }
    const { story, entries } = (await server.api.get<Snapshot>(`/v1/stories/${slug}`)).body;
    expect(story).toMatchObject({
      kicker: 'HARBOUR',
      headline: 'Ferry to the islands sails again after nine days',
      standfirst: expect.stringMatching(/^Crews freed .* at noon$/),
      picture: {
        url: 'https://pictures.example/maren.jpg',
        altText: 'A white ferry in a narrow lock',
        caption: 'The ferry Maren leaves the outer lock of Velmouth on its first crossing.',
        creditLine: 'Norrvik Post',
      },
    });
    const found = entries.map((entry) => (entry.status === 'usable' ? [entry.headline, entry.body.length] : []));
    expect(found).toEqual([
      [undefined, 2],
      [parts[0], 2],
      [parts[1], 1],
      [LAST, 1],
    ]);
  });

  it('takes the headings and pictures of Markdown and HTML as they are marked, and no short line for one', async () => {
    const markdown = `Harbour

# Ferry sails again

![A white ferry](https://pictures.example/maren.jpg "Norrvik Post")

The ferry left at noon.

## Port to pay

Nine days, nine tickets

The port will pay for all of them.`;
    const html = `<p>Harbour</p><h1>Ferry sails again</h1>
      <p><img src="https://pictures.example/maren.jpg" alt="A white ferry" data-credit="Norrvik Post"></p>
      <p>The ferry left at noon.</p><h2>Port to pay</h2><p>Nine days, nine tickets</p><p>The port will pay for all of them.</p>`;
    const expected = {
      story: {
        slug: 'ferry-sails-again',
        kicker: 'Harbour',
        headline: 'Ferry sails again',
        picture: { url: 'https://pictures.example/maren.jpg', altText: 'A white ferry', creditLine: 'Norrvik Post' },
      },
      updates: [
        { do: 'publish', entry: { headline: 'Port to pay', body: [{ type: 'paragraph' }, { type: 'paragraph' }] } },
        { do: 'publish', entry: { body: [{ type: 'paragraph' }] } },
      ],
    };
    expect(await storyFileOf(markdown, '--format', 'markdown')).toMatchObject(expected);
    expect(await storyFileOf(html, '--format', 'html')).toMatchObject(expected);
  });

  it.each([
    [
      'a kicker beside a headline, without a standfirst',
      'Sport\n\nTown beats City in the last minute\n\nIt was cold.',
      'Sport',
    ],
    [
      'no kicker before a headline and its standfirst',
      'Town beats City\n\nA late goal on a cold night\n\nIt was cold.',
      undefined,
    ],
    ['marks of the page', 'Live\n\nTown beats City\n\nUpdated: 12:40\n\nIt was cold.', undefined],
  ])('tells %s', async (_name, text, kicker) => {
    const file = await storyFileOf(text);
    const { story } = file as { story: { kicker?: string; headline: string } };
    expect(story.headline).toMatch(/^Town beats City/);
    expect(story.kicker).toBe(kicker);
  });

  it('leaves out nothing that it has no place for', async () => {
    const text = `One\n\nTwo\n\nA headline of an article that is long enough\n\nFour\n\nIt was cold.\n\nAnd dark.\n\nA last line`;
    const told = JSON.stringify(await storyFileOf(text));
    for (const words of ['One', 'Two', 'A headline', 'Four', 'It was cold.', 'And dark.', 'A last line']) {
      expect(told).toContain(`"${words}`);
    }
  });

  it.each([
    ['nothing', '  \n', [], /nothing to import/, 1],
    ['no headline', 'It was cold. It was dark.', [], /no headline/, 1],
    ['no Latin letter in the headline', 'عودة العبارة\n\nأبحرت العبارة ظهرا.', [], /--story <slug>/, 2],
    ['a picture that nobody described', ARTICLE, PICTURE.slice(0, 2), /--alt/, 2],
    ['a picture of nobody', 'Town wins\n\nIt was cold.', PICTURE, /--credit/, 2],
    ['a format that there is not', ARTICLE, ['--format', 'docx'], /text, markdown, html/, 2],
  ])('%s: says so', async (_name, input, args, message, exitCode) => {
    const { code, stdout, stderr } = await runCli(['import-article', ...args], { input });
    expect(stderr).toMatch(message);
    expect(code).toBe(exitCode);
    expect(stdout).toBe('');
  });
});
