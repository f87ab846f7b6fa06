import type { DeskEntry } from '@slugline/client/protocol';
import { expect, it } from 'vitest';
import { serverForTest } from '../helpers/server.js';
import { ingest } from '../helpers/wire.js';

const PATH = '/v1/ingest/ninjs';
const GUID = 'urn:newsml:wire.example:2026-03-01';

it('reads ninjs 1.x, 2.x and 3.x as one and the same', async () => {
  const { api } = await serverForTest();
  const html = '<h2>At the quay</h2><p>It is closed.</p>';
  const dialects = {
    one: {
      uri: `${GUID}:one`,
      type: 'text',
      mimetype: 'text/html',
      version: '3',
      versioncreated: '2026-03-01T10:00:00+01:00',
      pubstatus: 'usable',
      urgency: 3,
      ednote: 'Check the hour.',
      slugline: 'dialect-one',
      headline: 'Quay closed',
      headline_extended: 'The whole quay is closed',
      byline: 'Ada Lund',
      located: 'Velmouth',
      infosource: [{ name: 'Norrvik Press' }],
      subject: [{ name: 'harbours', rel: 'about', scheme: 'http://cv.iptc.org/newscodes/mediatopic/', code: '1' }],
      body_text: 'It is closed.',
      body_html: html,
      associations: {
        main: {
          uri: `${GUID}:one:picture`,
          type: 'picture',
          byline: 'NP/Lund',
          description_text: 'The quay today.',
          description_alt: 'An empty quay',
          renditions: {
            small: { href: 'https://pictures.example/s.jpg', mimetype: 'image/jpeg', width: 60, height: 40 },
            large: { href: 'https://pictures.example/l.jpg', mimetype: 'image/jpeg', width: 1200, height: 800 },
          },
        },
      },
    },
    two: {
      uri: `${GUID}:two`,
      type: 'text',
      version: '3',
      versioncreated: '2026-03-01T10:00:00+01:00',
      pubstatus: 'usable',
      urgency: 3,
      ednote: 'Check the hour.',
      slugline: 'dialect-two',
      headlines: [
        { role: 'kicker', value: 'No' },
        { role: 'main', value: 'Quay closed' },
      ],
      by: 'Ada Lund',
      located: 'Velmouth',
      infosources: [{ name: 'Norrvik Press', role: 'agency' }],
      subjects: [{ name: 'harbours', rel: 'about', uri: 'http://cv.iptc.org/newscodes/mediatopic/1' }],
      bodies: [
        { role: 'text', contenttype: 'text/plain', value: 'It is closed.' },
        { role: 'main', contenttype: 'text/html', value: html },
      ],
      associations: [
        {
          name: 'main',
          uri: `${GUID}:two:picture`,
          type: 'picture',
          by: 'NP/Lund',
          descriptions: [
            { role: 'caption', value: 'The quay today.' },
            { role: 'alt-text', value: 'An empty quay' },
          ],
          renditions: [{ name: 'l', href: 'https://pictures.example/l.jpg', width: 1200, height: 800 }],
        },
      ],
    },
    three: {
      uri: `${GUID}:three`,
      standard: { name: 'ninjs', version: '3.0' },
      type: 'text',
      version: '3',
      versionCreated: '2026-03-01T10:00:00+01:00',
      pubStatus: 'usable',
      urgency: 3,
      edNote: 'Check the hour.',
      slugline: 'dialect-three',
      headlines: [{ role: 'main', contentType: 'text/plain', value: 'Quay closed' }],
      by: 'Lund, Ada',
      people: [
        { name: 'Ada Lund', rel: 'creator' },
        { name: 'A Mayor', rel: 'about' },
      ],
      located: 'Velmouth',
      infoSources: [{ name: 'Norrvik Press', role: 'agency' }],
      subjects: [{ name: 'harbours', rel: 'about' }],
      bodies: [{ role: 'main', contentType: 'text/html', value: html }],
      associations: [
        {
          name: 'main',
          uri: `${GUID}:three:picture`,
          type: 'picture',
          by: 'NP/Lund',
          descriptions: [
            { role: 'caption', value: 'The quay today.' },
            { role: 'altText', value: 'An empty quay' },
          ],
          renditions: [
            {
              name: 'l',
              href: 'https://pictures.example/l.jpg',
              contentType: 'image/jpeg',
              width: 1200,
              height: 800,
            },
          ],
        },
      ],
    },
  };
  for (const [name, document] of Object.entries(dialects)) {
    const { item: made } = await ingest(api, PATH, document);
    expect(made, name).toMatchObject({ outcome: 'created', slug: `dialect-${name}` });
    expect(made.leftOut, name).toBeUndefined();
    const path = `/v1/stories/dialect-${name}/entries/${made.entryId}?edition=desk`;
    const { entry } = (await api.get<{ entry: DeskEntry }>(path)).body;
    expect(entry, name).toMatchObject({
      headline: 'Quay closed',
      urgency: 3,
      located: 'Velmouth',
      bylines: [{ name: 'Ada Lund' }],
      sources: [{ name: 'Norrvik Press', role: 'agency' }],
      tags: ['harbours'],
      edNote: 'Check the hour.',
      body: [
        {
          type: 'picture',
          picture: {
            url: 'https://pictures.example/l.jpg',
            width: 1200,
            height: 800,
            caption: 'The quay today.',
            creditLine: 'NP/Lund',
            altText: 'An empty quay',
          },
        },
        { type: 'heading', level: 2, content: [{ text: 'At the quay' }] },
        { type: 'paragraph', content: [{ text: 'It is closed.' }] },
      ],
      origin: { version: '3', versionCreated: '2026-03-01T09:00:00.000Z' },
    });
  }
});
