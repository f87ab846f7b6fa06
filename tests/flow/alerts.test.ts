import { describe, expect, it } from 'vitest';
import { alertingServer, BREAKING, follow, ofStory, received, settled } from '../helpers/followers.js';
import { type PushService, pushServiceForTest } from '../helpers/push-service.js';
import type { TestServer } from '../helpers/server.js';

interface Site extends TestServer {
  readonly service: PushService;
  edit(slug: string, id: string, body: object): Promise<void>;
  correct(slug: string, id: string, body: object): Promise<void>;
  withdraw(slug: string, id: string, body: object): Promise<void>;
  release(slug: string, id: string): Promise<void>;
  show(slug: string, visibility: 'public' | 'private'): Promise<void>;
}

async function openSite(env: Readonly<Record<string, string>> = {}): Promise<Site> {
  const service = await pushServiceForTest();
  const server = await alertingServer(service, env);
  const command = async (method: string, path: string, body?: object) => {
    const answer = await server.api.request(method, path, body === undefined ? {} : { body });
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  };
  const at = (slug: string, id: string) => `/v1/stories/${slug}/entries/${id}`;
  return {
    ...server,
    service,
    edit: (slug, id, body) => command('PATCH', at(slug, id), body),
    correct: (slug, id, body) => command('POST', `${at(slug, id)}/corrections`, body),
    withdraw: (slug, id, body) => command('POST', `${at(slug, id)}/withdrawal`, body),
    release: (slug, id) => command('DELETE', `${at(slug, id)}/withdrawal`),
    show: (slug, visibility) => command('PATCH', `/v1/stories/${slug}`, { visibility }),
  };
}

describe('who follows', () => {
  it('a story is told of its breaking entries and key events, and of nothing else', async () => {
    const { api, service, url } = await openSite();
    const { slug } = await api.createStory({ headline: 'Harbour fire', language: 'en-GB' });
    const { slug: other } = await api.createStory();
    const reader = service.browser();
    await follow(api, ofStory(slug), reader);
    await api.publish(slug, { headline: 'Quiet' });
    await api.publish(other, { headline: 'Elsewhere', breaking: true });
    const fields = { headline: 'Quay evacuated', bodyMarkdown: 'All **200** people\n\nare safe.', breaking: true };
    const breaking = await api.publish(slug, fields);
    await received(reader, 1);
    const keyEvent = await api.publish(slug, { headline: undefined, bodyMarkdown: 'The fire is out.', keyEvent: true });
    const [first, second] = await received(reader, 2);
    await settled({ api, url }, service);
    expect(reader.received).toHaveLength(2);
    expect(first).toEqual({
      topic: first?.alert.tag,
      urgency: 'high',
      ttl: expect.closeTo(4 * 3_600, -2),
      alert: {
        kind: 'news',
        slug,
        entryId: breaking.id,
        title: 'Quay evacuated',
        body: 'All 200 people are safe.',
        language: 'en-GB',
        direction: 'ltr',
        publishedAt: breaking.publishedAt,
        tag: expect.stringMatching(/^[\w-]{32}$/),
        round: 1,
        at: expect.any(String),
      },
    });
    expect(second).toMatchObject({
      urgency: 'normal',
      alert: { entryId: keyEvent.id, title: 'The fire is out.', body: 'Harbour fire' },
    });
    expect(second?.topic).not.toBe(first?.topic);
  });

  it('all breaking news is told of that of every public story, and once though they follow the story too', async () => {
    const { api, service, url } = await openSite();
    const [one, two] = [await api.createStory(), await api.createStory({ language: 'ar' })];
    const [ofAll, ofBoth] = [service.browser(), service.browser()];
    await follow(api, BREAKING, ofAll);
    await follow(api, BREAKING, ofBoth);
    await follow(api, ofStory(one.slug), ofBoth);
    await api.publish(one.slug, { headline: 'First', breaking: true });
    await api.publish(two.slug, { headline: 'عاجل', breaking: true });
    await api.publish(one.slug, { headline: 'Key', keyEvent: true });
    await received(ofAll, 2);
    await received(ofBoth, 3);
    await settled({ api, url }, service);
    const titles = (browser: typeof ofAll) => browser.received.map(({ alert }) => alert.title).sort();
    expect(titles(ofAll)).toEqual(['First', 'عاجل']);
    expect(titles(ofBoth)).toEqual(['First', 'Key', 'عاجل']);
    const arabic = ofAll.received.find(({ alert }) => alert.language === 'ar');
    expect(arabic?.alert).toMatchObject({ direction: 'rtl', slug: two.slug });
  });

  it('only since an alert was made is not told of it later, nor of its withdrawal', async () => {
    const { api, service, url, withdraw } = await openSite();
    const { slug } = await api.createStory();
    const [early, late] = [service.browser(), service.browser()];
    await follow(api, ofStory(slug), early);
    const { id } = await api.publish(slug, { breaking: true });
    await received(early, 1);
    await settled({ api, url }, service);
    await follow(api, ofStory(slug), late);
    await withdraw(slug, id, { status: 'canceled' });
    await received(early, 2);
    await settled({ api, url }, service);
    expect(late.received).toEqual([]);
  });

  it('is told of an entry without a word by the name of its story', async () => {
    const { api, service } = await openSite();
    const { slug } = await api.createStory({ headline: 'Harbour fire' });
    const reader = service.browser();
    await follow(api, ofStory(slug), reader);
    const body = [{ type: 'paragraph', content: [{ text: '\u00a0' }] }];
    await api.publish(slug, { headline: undefined, body, breaking: true });
    const [first] = await received(reader, 1);
    expect(first?.alert.title).toBe('Harbour fire');
  });

  it('no more hears no more', async () => {
    const { api, service, url } = await openSite();
    const { slug } = await api.createStory();
    const [stays, leaves] = [service.browser(), service.browser()];
    await follow(api, ofStory(slug), stays);
    const ended = await follow(api, ofStory(slug), leaves);
    expect((await api.request('DELETE', ended, { key: null })).status).toBe(204);
    await api.publish(slug, { breaking: true });
    await received(stays, 1);
    await settled({ api, url }, service);
    expect(leaves.received).toEqual([]);
  });
});

describe('what was told is replaced', () => {
  async function told(fields: object = {}) {
    const site = await openSite();
    const { slug } = await site.api.createStory({ headline: 'Harbour fire' });
    const reader = site.service.browser();
    await follow(site.api, ofStory(slug), reader);
    const { id } = await site.api.publish(slug, { headline: 'Five missing', breaking: true, ...fields });
    await received(reader, 1);
    await settled(site, site.service);
    return { ...site, slug, id, reader };
  }

  it('by an edit of what it shows, under the same name, and by no other', async () => {
    const { api, service, url, slug, id, reader, edit } = await told();
    await edit(slug, id, { tags: ['fire'], urgency: 3 });
    await settled({ api, url }, service);
    await edit(slug, id, { headline: 'Six missing' });
    const [first, second] = await received(reader, 2);
    await settled({ api, url }, service);
    expect(reader.received).toHaveLength(2);
    expect(second?.topic).toBe(first?.topic);
    expect(second?.urgency).toBe('normal');
    expect(second?.alert).toMatchObject({ kind: 'news', title: 'Six missing', tag: first?.alert.tag, round: 2 });
  });

  it('by a correction, which says what was wrong', async () => {
    const { slug, id, reader, correct } = await told();
    await correct(slug, id, { headline: 'Four missing', text: 'An earlier version said five.' });
    const [first, second] = await received(reader, 2);
    expect(second?.topic).toBe(first?.topic);
    expect(second?.alert).toMatchObject({
      kind: 'corrected',
      title: 'Four missing',
      body: 'Correction: An earlier version said five.',
      round: 2,
    });
  });

  it('by the notice when it is withdrawn, and never by its text', async () => {
    const { slug, id, reader, withdraw } = await told({ bodyMarkdown: 'Secret words of the past.' });
    await withdraw(slug, id, { status: 'canceled', notice: 'The report was wrong.' });
    const [first, second] = await received(reader, 2);
    expect(second).toMatchObject({ topic: first?.topic, urgency: 'high', ttl: expect.closeTo(24 * 3_600, -2) });
    expect(second?.alert).toMatchObject({
      kind: 'withdrawn',
      title: 'An alert was withdrawn',
      body: 'The report was wrong.',
      round: 2,
    });
    expect(JSON.stringify(second)).not.toMatch(/missing|Secret/);
  });

  it('by its text again when a withheld entry is released', async () => {
    const { api, service, slug, id, reader, withdraw, release, url } = await told();
    await withdraw(slug, id, { status: 'withheld' });
    await received(reader, 2);
    await settled({ api, url }, service);
    await release(slug, id);
    const [, second, third] = await received(reader, 3);
    expect(second?.alert).toMatchObject({ kind: 'withdrawn', body: 'The update is being checked.' });
    expect(third?.alert).toMatchObject({ kind: 'news', title: 'Five missing', round: 3 });
  });

  it('by nothing of it, not even the notice, when its story turns private', async () => {
    const { api, service, slug, id, reader, show, withdraw, url } = await told();
    await show(slug, 'private');
    const [first, second] = await received(reader, 2);
    expect(second?.topic).toBe(first?.topic);
    expect(second?.alert).toMatchObject({ kind: 'withdrawn', title: 'This alert is no longer available' });
    expect(second?.alert.body).toBeUndefined();
    await settled({ api, url }, service);
    await withdraw(slug, id, { status: 'canceled', notice: 'For the few.' });
    await settled({ api, url }, service);
    expect(JSON.stringify(reader.received.slice(1))).not.toMatch(/missing|Harbour|few/);
  });

  it('also after the desk took its mark back', async () => {
    const { api, service, slug, id, reader, edit, correct, withdraw, url } = await told();
    await edit(slug, id, { breaking: false });
    await settled({ api, url }, service);
    expect(reader.received).toHaveLength(1);
    await correct(slug, id, { text: 'It was four.' });
    await received(reader, 2);
    await settled({ api, url }, service);
    await withdraw(slug, id, { status: 'canceled' });
    const [, , third] = await received(reader, 3);
    expect(third?.alert.kind).toBe('withdrawn');
  });

  it('at those who follow all breaking news too', async () => {
    const { api, service, withdraw, correct, url } = await openSite();
    const { slug } = await api.createStory();
    const reader = service.browser();
    await follow(api, BREAKING, reader);
    const { id } = await api.publish(slug, { breaking: true });
    await received(reader, 1);
    await settled({ api, url }, service);
    await correct(slug, id, { text: 'It was later.' });
    await received(reader, 2);
    await settled({ api, url }, service);
    await withdraw(slug, id, { status: 'withheld', notice: 'We are checking.' });
    const messages = await received(reader, 3);
    expect(messages.map(({ alert }) => alert.kind)).toEqual(['news', 'corrected', 'withdrawn']);
    expect(new Set(messages.map(({ topic }) => topic)).size).toBe(1);
  });

  it('at those who follow the story too, in an order that they can tell, though it was breaking only later', async () => {
    const { api, service, withdraw, edit, url } = await openSite();
    const { slug } = await api.createStory();
    const reader = service.browser();
    await follow(api, BREAKING, reader);
    await follow(api, ofStory(slug), reader);
    const { id } = await api.publish(slug, { headline: 'First words', keyEvent: true });
    await received(reader, 1);
    for (const [at, fields] of [
      { headline: 'Second words' },
      { headline: 'Third words' },
      { breaking: true },
    ].entries()) {
      await settled({ api, url }, service);
      await edit(slug, id, fields);
      await received(reader, at + 2);
    }
    await settled({ api, url }, service);
    await withdraw(slug, id, { status: 'canceled' });
    const messages = await received(reader, 5);
    expect(messages.at(-1)?.alert.kind).toBe('withdrawn');
    const times = messages.map(({ alert }) => alert.at);
    expect(times).toEqual([...new Set(times)].sort());
  });
});

describe('what is not public', () => {
  it('is told to nobody: not of a private story, and not of an entry withdrawn before anybody was told', async () => {
    const { api, service, url, show, withdraw } = await openSite();
    const { slug } = await api.createStory({ visibility: 'private', headline: 'For the few' });
    const { slug: open } = await api.createStory();
    const [insider, ofAll] = [service.browser(), service.browser()];
    await follow(api, ofStory(slug), insider, { key: await api.createKey('reader') });
    await follow(api, BREAKING, ofAll);
    const { id } = await api.publish(slug, { headline: 'Secret', breaking: true });
    await withdraw(slug, id, { status: 'canceled', notice: 'A secret mistake.' });
    await api.publish(slug, { headline: 'Another secret', keyEvent: true });
    await settled({ api, url }, service);
    await api.publish(open, { headline: 'Open', breaking: true });
    await received(ofAll, 1);
    await settled({ api, url }, service);
    expect(ofAll.received).toHaveLength(1);
    expect(insider.received).toEqual([]);
    // Who may read it follows it for the day on which it is public.
    await show(slug, 'public');
    await api.publish(slug, { headline: 'Out', keyEvent: true });
    const [first] = await received(insider, 1);
    expect(first?.alert.title).toBe('Out');
  });

  it('of the desk is in no alert', async () => {
    const { api, service } = await openSite();
    const { slug } = await api.createStory();
    const reader = service.browser();
    await follow(api, ofStory(slug), reader);
    await api.publish(slug, { headline: 'Known', edNote: 'not to be seen', breaking: true });
    const [first] = await received(reader, 1);
    expect(JSON.stringify(first)).not.toMatch(/not to be seen|createdBy|workflow/);
  });
});

it('a story of any language and length comes in one message that push services must take', async () => {
  const { api, service } = await openSite();
  for (const [language, letter] of [
    ['ja', '漢'],
    ['ar', 'ع'],
    ['en', '😀'],
    ['de', '"'],
  ] as const) {
    const { slug } = await api.createStory({ language, slug: `${language}-${'x'.repeat(70)}` });
    const reader = service.browser();
    await follow(api, ofStory(slug), reader);
    const text = letter.repeat(300 / letter.length);
    const { id } = await api.publish(slug, { headline: text, bodyMarkdown: text.repeat(3), breaking: true });
    await received(reader, 1);
    const body = { notice: letter.repeat(1_000 / letter.length), status: 'canceled' };
    await api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body });
    const [first, second] = await received(reader, 2);
    expect(first?.alert.title.length).toBeLessThanOrEqual(200);
    expect(second?.alert.body?.length).toBeLessThanOrEqual(300);
  }
});
