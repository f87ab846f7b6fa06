/*
 * A process of its own on an embedded store, as built: `store-process.mjs DIRECTORY hold|commit`. Writes a line
 * for each thing that happened, unbuffered, so that none is lost to a kill.
 *
 *   failed CODE MESSAGE       the store did not open; the process ends
 *   open
 *   acknowledged ID SEQ       (commit) one of sixteen lanes that commit without end
 *   refused CODE              (commit) a failure; a lane ends after ten
 *   stands SEQ                (commit) all lanes ended: where the store says that it is; then it closes
 */
import { writeSync } from 'node:fs';
import { openEmbeddedStore } from '../../server/dist/store/embedded/embedded-store.js';

const [directory, mode] = process.argv.slice(2);
const tell = (line) => writeSync(1, `${line}\n`);

async function commitOne(store, id) {
  // Padded, so that a file grows and a full disk is reached soon.
  const form = JSON.stringify({ id, text: 'x'.repeat(2_000) });
  const write = { objectId: id, version: 1, kind: 'entry.published', orderKey: id, form };
  const receipt = await store.commit({
    stream: 'flood',
    at: new Date().toISOString(),
    idempotency: { key: id, fingerprint: id },
    expected: [{ objectId: id, version: 0 }],
    writes: [
      { edition: 'public', ...write },
      { edition: 'desk', ...write },
    ],
    outbox: [id],
    answer: id,
  });
  tell(`acknowledged ${id} ${receipt.positions.public.seq}`);
}

async function commitWithoutEnd(store, lane) {
  let refusals = 0;
  for (let number = 0; refusals < 10; number += 1) {
    try {
      await commitOne(store, `${process.pid}-${lane}-${number}`);
    } catch (error) {
      refusals += 1;
      tell(`refused ${error.code}`);
    }
  }
}

async function run() {
  const store = await openEmbeddedStore({ directory });
  tell('open');
  if (mode === 'hold') {
    setInterval(() => {}, 60_000);
    return;
  }
  await Promise.all(Array.from({ length: 16 }, (_, lane) => commitWithoutEnd(store, lane)));
  const head = await store.head('flood', 'public');
  tell(`stands ${head?.position.seq ?? 0}`);
  await store.close();
}

run().catch((error) => {
  tell(`failed ${error.code} ${error.message}`);
  process.exitCode = 1;
});
