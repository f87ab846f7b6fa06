/**
 * What the CMS tells. Yours has other names: this is the file to change.
 *
 * @typedef {object} CmsEvent
 * @property {'update.published' | 'update.changed' | 'update.unpublished'} event
 * @property {{slug: string, title: string}} story
 * @property {CmsUpdate} update
 *
 * @typedef {object} CmsUpdate
 * @property {string} id
 * @property {number} revision grows with each change
 * @property {string} title
 * @property {string} html
 * @property {boolean} [breaking]
 * @property {string} [correction] what was wrong and what is right, for readers
 * @property {string} [notice] told to readers in place of what was unpublished
 */

const EVENTS = ['update.published', 'update.changed', 'update.unpublished'];

/**
 * What came is somebody else's: looked at before it is used.
 *
 * @returns {CmsEvent | undefined} `undefined` where it is not what we know
 */
export function readEvent(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { event, story, update } = value ?? {};
  const isKnown = EVENTS.includes(event) && Number.isSafeInteger(update?.revision);
  const texts = [story?.slug, story?.title, update?.id, update?.title, update?.html];
  const isWhole = texts.every((one) => typeof one === 'string' && one !== '');
  // It becomes part of a path.
  return isKnown && isWhole && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(story.slug) ? value : undefined;
}
