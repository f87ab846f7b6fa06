/** Slugline did not take a command. `status` is its own, or 0 where it could not be asked. */
export class NotTaken extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * Does in a story what a CMS did in an article. Every command has a key of its own, made of what the CMS calls the
 * update and its revision: what the CMS sends again, or we do after a crash, takes effect once.
 *
 * @param {{url: string, key: string}} slugline
 * @param {Awaited<ReturnType<typeof import('./mirrored.js').openMirrored>>} mirrored
 * @returns {(event: import('./event.js').CmsEvent) => Promise<string>} tells in a word what was done
 */
export function createMirror(slugline, mirrored) {
  return async ({ event, story, update }) => {
    const known = mirrored.get(update.id);
    // Webhooks overtake each other. What is older than what we have is no news, and would undo it.
    if (known !== undefined && update.revision <= known.revision) return 'known';
    const entries = `/v1/stories/${story.slug}/entries`;
    const command = (method, path, body) =>
      send(slugline, { method, path, body, key: `cms:${update.id}:${update.revision}` });

    if (event === 'update.unpublished') {
      if (known === undefined) return 'unknown';
      await command('POST', `${entries}/${known.entryId}/withdrawal`, { status: 'canceled', notice: update.notice });
      await mirrored.set(update.id, { ...known, revision: update.revision });
      return 'withdrawn';
    }
    const fields = { headline: update.title, bodyHtml: update.html, breaking: update.breaking ?? false };
    if (known === undefined) {
      await ensureStory(slugline, story);
      const { entry } = await command('POST', entries, fields);
      await mirrored.set(update.id, { entryId: entry.id, revision: update.revision });
      return 'published';
    }
    // A correction is an edit that readers are told of.
    const path = `${entries}/${known.entryId}`;
    if (update.correction === undefined) await command('PATCH', path, fields);
    else await command('POST', `${path}/corrections`, { ...fields, text: update.correction });
    await mirrored.set(update.id, { ...known, revision: update.revision });
    return update.correction === undefined ? 'edited' : 'corrected';
  };
}

async function ensureStory(slugline, { slug, title }) {
  const { status } = await ask(slugline, { method: 'GET', path: `/v1/stories/${slug}?limit=1` });
  if (status === 404) {
    await send(slugline, { method: 'POST', path: '/v1/stories', body: { slug, headline: title }, key: `cms:${slug}` });
  }
}

async function send(slugline, request) {
  const response = await ask(slugline, request);
  const answer = await response.json();
  if (response.ok) return answer;
  throw new NotTaken(response.status, answer.detail ?? answer.title, response.headers.get('retry-after'));
}

async function ask({ url, key: credential }, { method, path, body, key }) {
  try {
    return await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${credential}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
  } catch (error) {
    throw new NotTaken(0, `Slugline could not be asked: ${error.message}`);
  }
}
