import { describe, expect, test } from 'vitest';
import { commitOf, creating, entryWrite, failureOf, openStore, publishing, type StoreSetup } from './store-harness.js';

const COMMAND = { key: 'publish-1', fingerprint: 'sha-of-the-command' };

export function describeIdempotency(setup: StoreSetup): void {
  describe('idempotency key', () => {
    test('a retry changes nothing and is answered as the first time, even though the story moved on', async () => {
      const { store } = await openStore(setup);
      await store.commit(creating('flood'));
      const command = publishing('flood', 'one', { idempotency: COMMAND, answer: '{"entry":"one"}', outbox: ['note'] });
      const first = await store.commit(command);
      await store.commit(publishing('flood', 'two'));
      const retried = await store.commit({ ...command, at: '2026-05-01T00:00:00.000Z' });
      expect(retried).toEqual({ ...first, replayed: true });
      expect(retried.answer).toBe('{"entry":"one"}');
      expect((await store.head('flood', 'public'))?.position.seq).toBe(3);
      expect(await store.outbox(10)).toHaveLength(1);
      expect(await store.revisions('flood', 'one', { limit: 10 })).toHaveLength(1);
    });

    test('is looked at before the expected versions, which the first time has changed', async () => {
      const { store } = await openStore(setup);
      const command = publishing('flood', 'one', { idempotency: COMMAND });
      await store.commit(command);
      await expect(store.commit(command)).resolves.toMatchObject({ replayed: true });
    });

    test('is remembered over a restart', async () => {
      const { store, reopen } = await openStore(setup);
      const command = publishing('flood', 'one', { idempotency: COMMAND, answer: 'kept' });
      const first = await store.commit(command);
      const again = await reopen();
      expect(await again.receipt('flood', COMMAND)).toEqual({ ...first, replayed: true });
      expect(await again.commit(command)).toEqual({ ...first, replayed: true });
      expect((await again.head('flood', 'public'))?.position.seq).toBe(1);
    });

    test('a hundred retries at once take effect once', async () => {
      const { store } = await openStore(setup);
      const command = publishing('flood', 'one', { idempotency: COMMAND, outbox: ['note'] });
      const receipts = await Promise.all(Array.from({ length: 100 }, () => store.commit(command)));
      expect(receipts.filter((receipt) => !receipt.replayed)).toHaveLength(1);
      expect(new Set(receipts.map((receipt) => JSON.stringify(receipt.positions))).size).toBe(1);
      expect((await store.head('flood', 'public'))?.position.seq).toBe(1);
      expect(await store.outbox(10)).toHaveLength(1);
    });

    test('under another command is refused, by commit and by receipt', async () => {
      const { store } = await openStore(setup);
      await store.commit(publishing('flood', 'one', { idempotency: COMMAND }));
      const other = { ...COMMAND, fingerprint: 'sha-of-another' };
      await failureOf(store.commit(publishing('flood', 'two', { idempotency: other })), 'idempotency_key_reused');
      await failureOf(store.receipt('flood', other), 'idempotency_key_reused');
      expect((await store.object('flood', 'public', 'two'))?.object).toBeUndefined();
    });

    test('belongs to one stream', async () => {
      const { store } = await openStore(setup);
      await store.commit(publishing('a', 'one', { idempotency: COMMAND }));
      const other = { ...COMMAND, fingerprint: 'sha-of-another' };
      const receipt = await store.commit(publishing('a-b', 'one', { idempotency: other }));
      expect(receipt.replayed).toBe(false);
      expect(await store.receipt('nowhere', COMMAND)).toBeUndefined();
    });

    test('may be any text of 1 to 255 characters', async () => {
      const { store } = await openStore(setup);
      const keys = ['x', 'k'.repeat(255), '€'.repeat(255), 'a:b{c}|d/e f"g\\h', '1', '-1', 'K', 'k'];
      for (const [index, key] of keys.entries()) {
        const idempotency = { key, fingerprint: `f${index}` };
        const receipt = await store.commit(commitOf('flood', [entryWrite('desk', `e${index}`)], { idempotency }));
        expect(receipt.replayed, key).toBe(false);
      }
      for (const [index, key] of keys.entries()) {
        const kept = await store.receipt('flood', { key, fingerprint: `f${index}` });
        expect(kept?.positions.desk.seq, key).toBe(index + 1);
      }
      expect(await store.receipt('flood', { key: 'never used', fingerprint: 'f' })).toBeUndefined();
    });

    test('a receipt without an answer has none', async () => {
      const { store } = await openStore(setup);
      await store.commit(publishing('flood', 'one', { idempotency: COMMAND }));
      expect(await store.receipt('flood', COMMAND)).not.toHaveProperty('answer');
    });

    test('keeps the answer of a command that had nothing to write', async () => {
      const { store, reopen } = await openStore(setup);
      const before = await store.commit(publishing('flood', 'one'));
      const nothing = commitOf('flood', [], { idempotency: { key: 'k', fingerprint: 'f' }, answer: 'as it was' });
      expect(await store.commit(nothing)).toEqual({
        positions: before.positions,
        answer: 'as it was',
        replayed: false,
      });
      const again = await (await reopen()).commit(nothing);
      expect(again).toEqual({ positions: before.positions, answer: 'as it was', replayed: true });
    });
  });
}
