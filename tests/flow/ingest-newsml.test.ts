import type { DeskEntry, Entry, Problem, Snapshot } from '@slugline/client/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startServer, type TestServer } from '../helpers/server.js';
import { ingest } from '../helpers/wire.js';

const PATH = '/v1/ingest/newsml-g2';
const XML = 'application/vnd.iptc.g2.newsitem+xml';
const NAR = 'http://iptc.org/std/nar/2006-10-01/';
const XHTML = 'http://www.w3.org/1999/xhtml';

interface Parts {
  readonly guid: string;
  readonly version?: number;
  readonly status?: string;
  readonly itemMeta?: string;
  readonly contentMeta?: string;
  readonly content?: string;
}

const xhtml = (text: string) =>
  `<inlineXML contenttype="application/xhtml+xml"><html xmlns="${XHTML}"><head><title>Never shown</title></head>` +
  `<body>${text}</body></html></inlineXML>`;

/** A news item, as an agency might write it. */
function newsItem(parts: Parts): string {
  const {
    guid,
    version = 1,
    status = 'stat:usable',
    itemMeta = '',
    contentMeta = '',
    content = xhtml('<p>Text.</p>'),
  } = parts;
  return (
    `<newsItem xmlns="${NAR}" guid="urn:wire:${guid}" version="${version}" standard="NewsML-G2" standardversion="2.33" xml:lang="en">` +
    '<catalogRef href="http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_38.xml"/>' +
    '<rightsInfo><copyrightHolder><name>Norrvik Press</name></copyrightHolder></rightsInfo>' +
    `<itemMeta><itemClass qcode="ninat:text"/><provider literal="NP"/>` +
    `<versionCreated>2026-03-01T09:0${version}:00Z</versionCreated><pubStatus qcode="${status}"/>${itemMeta}</itemMeta>` +
    `<contentMeta><slugline separator="-">${guid}</slugline><headline>Headline of ${guid}</headline>${contentMeta}</contentMeta>` +
    `<contentSet>${content}</contentSet></newsItem>`
  );
}

const message = (...items: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<newsMessage xmlns="${NAR}"><header><sent>2026-03-01T09:00:00Z</sent></header>` +
  `<itemSet>${items.join('')}</itemSet></newsMessage>`;

describe('NewsML-G2', () => {
  let server: TestServer;
  let api: Api;
  beforeAll(async () => {
    server = await startServer();
    api = server.api;
  });
  afterAll(() => server.close());

  const send = (document: string) => ingest(api, PATH, document, XML);
  const refused = async (body: string | Uint8Array, type = XML) => {
    const headers = { 'content-type': type, authorization: `Bearer ${server.adminKey}` };
    const answer = await fetch(`${server.url}${PATH}`, { method: 'POST', headers, body: body as BodyInit });
    const problem: Problem = JSON.parse(await answer.text());
    return {
      status: answer.status,
      code: problem.code,
      detail: problem.detail,
      fields: problem.errors?.map(({ field }) => field),
    };
  };
  const entriesOf = async (slug: string) =>
    (await api.get<Snapshot>(`/v1/stories/${slug}`, { key: null })).body.entries as readonly Entry[];
  const deskEntry = async (slug: string, id = '') =>
    (await api.get<{ entry: DeskEntry }>(`/v1/stories/${slug}/entries/${id}?edition=desk`)).body.entry;

  it('makes an entry of all that a news item says', async () => {
    const document = newsItem({
      guid: 'quay-closed',
      itemMeta: '<edNote>Check the hour.</edNote>',
      contentMeta:
        '<urgency>3</urgency><located qcode="city:1"><name>Velmouth</name></located><by>Ada Lund</by>' +
        '<creditline>Norrvik Press</creditline><language tag="en-GB"/><infoSource literal="Coastguard"/>' +
        '<subject qcode="medtop:1"><name>harbours</name></subject><subject qcode="medtop:2"><name>cranes</name></subject>',
      content: xhtml(
        '<h2>At the quay</h2><p>It is <b>closed</b> &amp; stays so.<br/>Until noon.</p><ul><li>One</li></ul>',
      ),
    });
    const { status, item } = await send(document);
    expect([status, item.outcome, item.slug]).toEqual([201, 'created', 'quay-closed']);
    expect(await deskEntry('quay-closed', item.entryId)).toMatchObject({
      headline: 'Headline of quay-closed',
      body: [
        { type: 'heading', level: 2, content: [{ text: 'At the quay' }] },
        {
          type: 'paragraph',
          content: [{ text: 'It is ' }, { text: 'closed', marks: ['strong'] }, { text: ' & stays so.\nUntil noon.' }],
        },
        { type: 'list', ordered: false, items: [[{ text: 'One' }]] },
      ],
      urgency: 3,
      located: 'Velmouth',
      bylines: [{ name: 'Ada Lund' }],
      sources: [
        { name: 'Coastguard', role: 'agency' },
        { name: 'Norrvik Press', role: 'agency' },
      ],
      tags: ['harbours', 'cranes'],
      edNote: 'Check the hour.',
      breaking: false,
      origin: { guid: 'urn:wire:quay-closed', version: '1', versionCreated: '2026-03-01T09:01:00.000Z' },
    });
  });

  it('reads NITF with its pictures, and plain text', async () => {
    const nitf =
      '<inlineXML contenttype="application/nitf+xml"><nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><head><title>No</title></head>' +
      '<body><body.head><hedline><hl1>No</hl1></hedline></body.head><body.content><block><p>First.</p><hl2>Then</hl2><bq><p>We saw it.</p>' +
      '<credit>Ada Lund</credit></bq></block><media media-type="image"><media-reference source="https://pictures.example/1.jpg" ' +
      'alternate-text="A crane" width="600" height="400"/><media-caption>The crane.</media-caption><media-producer>NP/Lund</media-producer>' +
      '</media></body.content></body></nitf></inlineXML>';
    await send(newsItem({ guid: 'as-nitf', content: nitf }));
    const [asNitf] = await entriesOf('as-nitf');
    expect(asNitf?.body).toEqual([
      { type: 'paragraph', content: [{ text: 'First.' }] },
      { type: 'heading', level: 3, content: [{ text: 'Then' }] },
      { type: 'quote', content: [{ text: 'We saw it.' }], speaker: 'Ada Lund' },
      {
        type: 'picture',
        picture: {
          url: 'https://pictures.example/1.jpg',
          width: 600,
          height: 400,
          caption: 'The crane.',
          creditLine: 'NP/Lund',
          altText: 'A crane',
        },
      },
    ]);
    await send(
      newsItem({
        guid: 'as-text',
        content: '<inlineData contenttype="text/plain">One.\n\nTwo &lt;b&gt;.</inlineData>',
      }),
    );
    const [asText] = await entriesOf('as-text');
    expect(asText?.body).toEqual([
      { type: 'paragraph', content: [{ text: 'One.' }] },
      { type: 'paragraph', content: [{ text: 'Two <b>.' }] },
    ]);
  });

  it('follows an item from its first version over a correction to its end', async () => {
    const guid = 'whole-life';
    const { item } = await send(newsItem({ guid }));
    const signalled = newsItem({
      guid,
      version: 3,
      itemMeta: '<signal qcode="sig:correction"/>',
      contentMeta: '<description role="drol:correction">The crane was empty, not loaded.</description>',
    });
    expect((await send(signalled)).item).toMatchObject({ outcome: 'corrected', entryId: item.entryId });
    expect((await entriesOf(guid))[0]?.corrections).toMatchObject([{ text: 'The crane was empty, not loaded.' }]);
    expect((await send(newsItem({ guid, version: 2 }))).item).toMatchObject({ outcome: 'ignored', reason: 'older' });
    expect((await send(newsItem({ guid, version: 4, status: 'stat:withheld' }))).item.outcome).toBe('withheld');
    expect(JSON.stringify(await entriesOf(guid))).not.toContain('Headline of');
    expect((await send(newsItem({ guid, version: 5 }))).item.outcome).toBe('released');
    expect(await entriesOf(guid)).toMatchObject([{ headline: 'Headline of whole-life', status: 'usable' }]);
    expect(
      (await send(newsItem({ guid, version: 6, status: 'http://cv.iptc.org/newscodes/pubstatusg2/canceled' }))).item
        .outcome,
    ).toBe('canceled');
    expect((await send(newsItem({ guid, version: 7 }))).item).toMatchObject({ outcome: 'ignored', reason: 'canceled' });
    expect(await entriesOf(guid)).toEqual([expect.objectContaining({ id: item.entryId, status: 'canceled' })]);
  });

  it('takes all texts of a message in, each with the pictures that it links to', async () => {
    const picture = (guid: string, alt: string) =>
      `<newsItem xmlns="${NAR}" guid="urn:wire:${guid}" version="1"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta>` +
      `<contentMeta><creditline>NP</creditline><description role="drol:caption">Seen today.</description>${alt}</contentMeta>` +
      '<contentSet><remoteContent href="https://pictures.example/small.jpg" width="60" height="40"/>' +
      '<remoteContent href="https://pictures.example/large.jpg" width="1200" height="800"/></contentSet></newsItem>';
    const links = '<link rel="irel:seeAlso" residref="urn:wire:p-1"/><link residref="urn:wire:p-2"/>';
    const { status, items } = await send(
      message(
        newsItem({ guid: 'm-1', itemMeta: links }),
        picture('p-1', '<description role="drol:altText">A crane on its side</description>'),
        picture('p-2', ''),
        newsItem({ guid: 'm-2' }),
      ),
    );
    expect(status).toBe(200);
    expect(items.map(({ guid, outcome }) => [guid, outcome])).toEqual([
      ['urn:wire:m-1', 'created'],
      ['urn:wire:m-2', 'created'],
    ]);
    expect(items[0]?.leftOut).toEqual([
      { field: 'urn:wire:p-2', message: 'is a picture without a description for those who cannot see it' },
    ]);
    const [entry] = await entriesOf('m-1');
    expect(entry?.body[0]).toEqual({
      type: 'picture',
      picture: {
        url: 'https://pictures.example/large.jpg',
        width: 1200,
        height: 800,
        caption: 'Seen today.',
        creditLine: 'NP',
        altText: 'A crane on its side',
      },
    });
  });

  it('keeps from readers what is under embargo, also where nobody knows until when', async () => {
    const ends = { 'too-early': '2100-01-01T00:00:00.000Z', 'no-end-yet': '9999-12-31T23:59:59.999Z' };
    for (const [guid, embargoedUntil] of Object.entries(ends)) {
      const itemMeta = guid === 'no-end-yet' ? '<embargoed/>' : `<embargoed>${embargoedUntil}</embargoed>`;
      const { item } = await send(newsItem({ guid, itemMeta }));
      const path = `/v1/stories/${item.slug}`;
      const { entry } = (await api.get<{ entry: DeskEntry }>(`${path}/entries/${item.entryId}?edition=desk`)).body;
      expect([item.outcome, entry.workflow, entry.embargoedUntil]).toEqual(['created', 'scheduled', embargoedUntil]);
      expect((await api.get(`${path}/entries/${item.entryId}`)).status).toBe(404);
      // Not even that there is such a story.
      expect((await api.get(path, { key: null })).status).toBe(404);
    }
    const over = newsItem({ guid: 'no-longer', itemMeta: '<embargoed>2026-01-01T00:00:00+01:00</embargoed>' });
    expect((await send(over)).item.outcome).toBe('created');
  });

  it('says which element is not of the allowed form', async () => {
    const bad = newsItem({ guid: 'bad', contentMeta: '<urgency>high</urgency>', status: 'stat:unsure' });
    const { status, code, fields } = await refused(bad);
    expect([status, code, fields?.sort()]).toEqual([400, 'invalid_input', ['pubStatus', 'urgency']]);
    expect(await refused(`<feed xmlns="${NAR}"/>`)).toMatchObject({ code: 'invalid_input', fields: ['feed'] });
    expect(await refused(message())).toMatchObject({ code: 'invalid_input', fields: ['newsItem'] });
    expect(await refused(newsItem({ guid: 'x' }).replace('guid="urn:wire:x"', ''))).toMatchObject({
      fields: ['newsItem.guid'],
    });
    for (const type of ['application/json', 'application/xml; charset=iso-8859-1']) {
      expect(await refused(bad, type)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    }
  });

  describe('hostile XML', () => {
    const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
    const outside = '<!DOCTYPE newsItem [<!ENTITY secret SYSTEM "file:///etc/passwd">]>';
    const text = newsItem({ guid: 'hostile' });
    it.each([
      ['a billion laughs', `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}]>${text.replace('Text.', '&l9;')}`],
      ['an external entity', outside + text.replace('Text.', '&secret;')],
      ['a document type elsewhere', `<!DOCTYPE newsItem SYSTEM "http://127.0.0.1:1/newsitem.dtd">${text}`],
      ['an entity that is not of XML', text.replace('Text.', '&nbsp;')],
      ['elements without end', `${'<a>'.repeat(30_000)}`],
      ['elements within each other', text.replace('<p>Text.</p>', '<b>'.repeat(5_000) + '</b>'.repeat(5_000))],
      ['another encoding by its own word', `<?xml version="1.0" encoding="UTF-16"?>${text}`],
      ['another encoding in fact', Buffer.from(text.replace('Text.', 'Café'), 'latin1')],
      ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le')],
      ['a prefix of no namespace', text.replaceAll('<p>', '<x:p>').replaceAll('</p>', '</x:p>')],
      ['an attribute twice', text.replace('guid=', 'version="1" guid=')],
      ['a character that is none', text.replace('Text.', '&#0;')],
      ['two documents', text + text],
      ['an end without its begin', text.replace('</newsItem>', '')],
      ['nothing', ' '],
    ])('%s is refused', async (_name, document) => {
      expect(await refused(document)).toMatchObject({ status: 400, code: 'invalid_xml' });
      expect((await api.get('/v1/stories/hostile')).status).toBe(404);
    });

    it('a document that is too large is refused', async () => {
      const large = text.replace('Text.', 'word '.repeat(60_000));
      expect(await refused(large)).toMatchObject({ status: 413, code: 'body_too_large' });
    });

    it('nothing that runs comes through a body', async () => {
      const bad =
        '<p onclick="x()">Kept.<script>alert(1)</script><img src="x" onerror="alert(1)" alt=""/></p><p><a href="javascript:x">L</a></p>';
      await send(newsItem({ guid: 'harmless', content: xhtml(bad) }));
      const [entry] = await entriesOf('harmless');
      expect(entry?.body).toEqual([
        { type: 'paragraph', content: [{ text: 'Kept.' }] },
        { type: 'paragraph', content: [{ text: 'L' }] },
      ]);
    });
  });
});
