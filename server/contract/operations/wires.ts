import { ingestQuery } from '../../story/requests.js';
import { ENTRY_ID, POSITION, SLUG } from '../examples.js';
import type { Answer, Operation } from '../operation.js';
import { takenInListSchema } from '../wire-schemas.js';

const takenIn = (guid: string): readonly [Answer, Answer] => {
  const answer = {
    schemas: [takenInListSchema],
    example: { items: [{ guid, outcome: 'created', slug: SLUG, entryId: ENTRY_ID, version: 1, position: POSITION }] },
  };
  return [
    { status: 201, text: 'The one item is new, and so is its entry.', headers: ['Location'], ...answer },
    { status: 200, text: 'What became of each item.', ...answer },
  ];
};

export const WIRES: readonly Operation[] = [
  {
    id: 'takeInNinjs',
    method: 'POST',
    path: '/v1/ingest/ninjs',
    group: 'Wires',
    summary: 'Take in IPTC ninjs',
    about:
      '1.0 to 3.1, told apart by what is in them. It takes no `Idempotency-Key`: an item that was said before is known.',
    who: 'editor',
    query: ingestQuery,
    body: {
      example: {
        uri: 'urn:newsml:wire.example:20260301:fire',
        version: '1',
        type: 'text',
        language: 'en',
        pubStatus: 'usable',
        headlines: [{ value: 'Crews reach the quay' }],
        bodies: [{ contenttype: 'text/html', value: '<p>Two engines are on the north quay.</p>' }],
      },
    },
    errors: ['item_embargoed', 'story_ended', 'entry_too_large'],
    answers: takenIn('urn:newsml:wire.example:20260301:fire'),
    asked: { story: SLUG },
  },
  {
    id: 'takeInNewsml',
    method: 'POST',
    path: '/v1/ingest/newsml-g2',
    group: 'Wires',
    summary: 'Take in IPTC NewsML-G2',
    about: 'A `newsItem`, or a `newsMessage` that holds some.',
    who: 'editor',
    query: ingestQuery,
    body: {
      type: 'application/xml',
      example: `<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:wire.example:20260301:quay" version="1">
  <contentMeta><headline>Second engine on its way</headline></contentMeta>
</newsItem>`,
    },
    errors: ['invalid_xml', 'item_embargoed', 'story_ended', 'entry_too_large'],
    answers: takenIn('urn:newsml:wire.example:20260301:quay'),
    asked: { story: SLUG },
  },
];
