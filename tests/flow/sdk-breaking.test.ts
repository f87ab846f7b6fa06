import { connect } from '@slugline/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reaches } from '../helpers/reaches.js';
import { serverForTest } from '../helpers/server.js';

describe.each(['socket', 'sse', 'poll'] as const)('breaking news over %s', (transport) => {
  test('comes from all stories, follows edits and withdrawals, and leaves when it is no longer breaking', async () => {
    const { api, url } = await serverForTest();
    const connection = connect(url, { transports: [transport] });
    onTestFinished(() => connection.close());
    const breaking = connection.breaking();
    const alerts: string[] = [];
    breaking.on('breaking', ({ id }) => alerts.push(id));
    await reaches(breaking, 'the stream to be live', ({ status }) => status === 'live');
    expect(breaking.story).toBeUndefined();
    expect(breaking.hasOlder).toBe(false);

    const one = await api.createStory();
    const two = await api.createStory();
    await api.publish(one.slug, { headline: 'Not breaking' });
    const first = await api.publish(one.slug, { headline: 'Flash', breaking: true });
    await reaches(breaking, 'a flash', ({ entries }) => entries.length === 1);
    const second = await api.publish(two.slug, { headline: 'Another flash', breaking: true });
    await reaches(breaking, 'a flash of another story', ({ entries }) => entries.length === 2);
    const ids = () => breaking.entries.map(({ id }) => id);
    expect(ids()).toEqual([second.id, first.id]);

    const path = `/v1/stories/${one.slug}/entries/${first.id}`;
    const edit = (body: unknown, version: number) =>
      api.request('PATCH', path, { body, headers: { 'if-match': `"${version}"` } });
    await edit({ headline: 'Flash, edited' }, 1);
    await reaches(breaking, 'an edit', ({ entries }) => JSON.stringify(entries).includes('Flash, edited'));
    await edit({ breaking: false }, 2);
    await reaches(breaking, 'one to leave', ({ entries }) => entries.length === 1);
    await edit({ breaking: true }, 3);
    await reaches(breaking, 'it to be back', ({ entries }) => entries.length === 2);
    expect(ids()).toEqual([second.id, first.id]);

    const gone: string[] = [];
    breaking.on('entry', ({ entry }) => gone.push(`${entry.id} ${entry.status}`));
    const withdraw = (slug: string, id: string, notice?: string) =>
      api.request('POST', `/v1/stories/${slug}/entries/${id}/withdrawal`, { body: { status: 'canceled', notice } });
    await withdraw(two.slug, second.id, 'There was no second flash.');
    await reaches(
      breaking,
      'a notice in the place of a withdrawn one',
      ({ entries }) => entries[0]?.status === 'canceled',
    );
    expect(breaking.entries[0]).toMatchObject({ id: second.id, notice: { text: 'There was no second flash.' } });
    await withdraw(one.slug, first.id);
    await reaches(breaking, 'one withdrawn without a word to leave', ({ entries }) => entries.length === 1);
    expect(ids()).toEqual([second.id]);
    expect(gone).toEqual([`${second.id} canceled`, `${first.id} canceled`]);
    expect(alerts, 'marked anew, it is breaking anew').toEqual([first.id, second.id, first.id]);

    // Who comes later sees the same.
    const later = connect(url, { transports: [transport] });
    onTestFinished(() => later.close());
    const list = later.breaking();
    await reaches(list, 'a second reader to be live', ({ status }) => status === 'live');
    expect(list.entries).toEqual(breaking.entries);
  });
});
