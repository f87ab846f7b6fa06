/*
 * A process of its own on an embedded store, as built: `store-process.mjs DIRECTORY MODE`. Writes a line for each
 * thing that happened, unbuffered, so that none is lost to a kill.
 *
 *   failed CODE MESSAGE       the store did not open, or something else went wrong; the process ends
 *   open
 *
 * hold: does nothing, and stays.
 * commit:
 *   acknowledged ID SEQ       one of sixteen lanes that commit without end
 *   refused CODE              a failure; a lane ends after ten
 *   stands SEQ                all lanes ended: where the store says that it is; then it closes
 * last-write-fails: commits, sees to it that the last write of the next commits fails, and goes on.
 *   acknowledged before SEQ
 *   refused CODE              for each of eight commits
 *   reads SEQ                 where the store says that it is; with -and-hold it stays like this
 *   acknowledged after SEQ    then it closes
 */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
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

function stay() {
  setInterval(() => {}, 60_000);
}

/** Puts something that cannot be written in the place of the descriptor by which LMDB ends its commits: the synchronous one. */
function breakLastWrite() {
  const synchronous = 0o10000;
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      if (!readlinkSync(`/proc/self/fd/${name}`).endsWith('/slugline.mdb')) continue;
      const [, flags] = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'));
      if ((Number.parseInt(flags, 8) & synchronous) === 0) continue;
    } catch {
      continue; // The descriptor of the listing itself is gone by now.
    }
    closeSync(Number(name));
    // The lowest number that is free is given out next.
    if (openSync('/dev/null', 'r') !== Number(name)) throw new Error('The descriptor was not replaced');
    return;
  }
  throw new Error('There is no such descriptor');
}

async function failLastWrites(store) {
  await commitOne(store, 'before');
  breakLastWrite();
  const refused = (error) => tell(`refused ${error.code}`);
  await Promise.all(Array.from({ length: 8 }, (_, at) => commitOne(store, `lost-${at}`).catch(refused)));
  tell(`reads ${(await store.head('flood', 'public')).position.seq}`);
  if (mode.endsWith('-and-hold')) return stay();
  await commitOne(store, 'after');
  await store.close();
}

async function run() {
  const store = await openEmbeddedStore({ directory });
  tell('open');
  if (mode === 'hold') return stay();
  if (mode.startsWith('last-write-fails')) return failLastWrites(store);
  await Promise.all(Array.from({ length: 16 }, (_, lane) => commitWithoutEnd(store, lane)));
  const head = await store.head('flood', 'public');
  tell(`stands ${head?.position.seq ?? 0}`);
  await store.close();
}

run().catch((error) => {
  tell(`failed ${error.code} ${error.message}`);
  process.exitCode = 1;
});
