/*
 * Starts the built server on one data directory after the other, within one process, and tells what came of it.
 * Directories come as lines on standard input; for each one line of JSON goes out:
 *
 *   {"refused": "…"}             it did not start: the line that the command would print
 *   {"served": "…", "kept": "…"} it started: digests of all that it answered over HTTP and had in its export, and of
 *                                what an export had after one more entry was published and the store opened again
 *   {"failed": "…"}              it started, and something went wrong later
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { failureLine } from '../../server/dist/cli/failure-line.js';
import { loadConfig } from '../../server/dist/config.js';
import { createServer } from '../../server/dist/create-server.js';
import { openEmbeddedStore } from '../../server/dist/store/embedded/embedded-store.js';

const [key] = process.argv.slice(2);
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const LAST_ENTRY = 'Published after the damage';
/** Where the audit log ends, as an export has it. */
const AUDIT_HEADER = /"form":"\{\\"number\\":\d+,\\"hash\\"/;

const tell = (outcome) => writeSync(1, `${JSON.stringify(outcome)}\n`);
/** A copy of a directory starts new epochs; all else must be the same. */
const digestOf = (texts) => {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text.replaceAll(/"epoch":"[^"]*"/g, '"epoch":""')).update('\n');
  return hash.digest('hex');
};

async function get(url, path) {
  const response = await fetch(url + path, { headers });
  const text = await response.text();
  return { path, status: response.status, text };
}

/** Every story, in both editions, with all its entries, their histories and the changes since the beginning. */
async function everythingServed(url) {
  const answers = [await get(url, '/v1/stories?limit=200'), await get(url, '/v1/breaking'), await get(url, '/v1/keys')];
  const { stories } = JSON.parse(answers[0].text);
  for (const { slug } of stories) {
    const snapshot = await get(url, `/v1/stories/${slug}?limit=200`);
    const desk = await get(url, `/v1/stories/${slug}/entries?limit=200&edition=desk`);
    const { epoch } = JSON.parse(snapshot.text).position;
    answers.push(snapshot, desk, await get(url, `/v1/stories/${slug}/changes?since=${epoch}:0`));
    for (const { id } of JSON.parse(desk.text).entries) {
      answers.push(await get(url, `/v1/stories/${slug}/entries/${id}/revisions`));
    }
  }
  for (const { path, status, text } of answers) {
    if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`);
  }
  return answers.map(({ text }) => text);
}

async function exported(directory) {
  const store = await openEmbeddedStore({ directory });
  try {
    const lines = [];
    for await (const record of store.dump()) lines.push(JSON.stringify(record));
    return lines;
  } finally {
    await store.close();
  }
}

async function publish(url, stories) {
  const { slug } = stories[0];
  const body = JSON.stringify({ headline: LAST_ENTRY });
  const response = await fetch(`${url}/v1/stories/${slug}/entries`, { method: 'POST', headers, body });
  if (response.status !== 201)
    throw new Error(`publishing was answered with ${response.status}: ${await response.text()}`);
  return (await response.json()).entry.id;
}

async function startOn(directory) {
  const config = loadConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: directory,
    LOG_LEVEL: 'silent',
    REQUESTS_PER_ADDRESS: '0',
  });
  let server;
  try {
    server = await createServer(config);
  } catch (error) {
    return { refused: failureLine(error, false) };
  }
  try {
    const texts = await everythingServed(server.url);
    await server.close();
    texts.push(...(await exported(directory)));

    server = await createServer(config);
    const last = await publish(server.url, JSON.parse(texts[0]).stories);
    await server.close();
    // What became of the entry since is not compared: whether it is in the audit log yet, or only a note for it is.
    const isNew = (line) => line.includes(LAST_ENTRY) || line.includes(last) || AUDIT_HEADER.test(line);
    const isOld = (line) => !isNew(line) && !line.startsWith('{"record":"stream"');
    return { served: digestOf(texts), kept: digestOf((await exported(directory)).filter(isOld)) };
  } catch (error) {
    return { failed: error instanceof Error ? error.stack : String(error) };
  } finally {
    await server.close();
  }
}

for await (const directory of createInterface({ input: process.stdin })) tell(await startOn(directory));
