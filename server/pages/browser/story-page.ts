import { connect, type LiveStatus, type LiveStory } from '@slugline/client';
import type { Entry, PublicEntry, Snapshot, Story } from '@slugline/client/protocol';
import { entryArticle, keyPoints, pinnedFirst, printOf, storyHead, storyState } from '../story-html.js';
import './page.css';

/** What the server put into the page; see `story-document.ts`. */
interface Handover {
  readonly snapshot: Snapshot;
  readonly pinnedOlder: readonly PublicEntry[];
}

/** Reader's own time zone: the server could only print UTC. */
const LOCAL = {};

const CONNECTION: Readonly<Partial<Record<LiveStatus, string>>> = {
  reconnecting: 'Connection lost. Trying again …',
  offline: 'Offline. What you see may be out of date.',
  refused: 'This story is no longer open to you. Reload the page.',
};

const handover = takeHandover();
const live = connect(location.origin).story(handover.snapshot.story.slug, { initial: handover.snapshot });
const pinnedOlder = new Map(handover.pinnedOlder.map((entry) => [entry.id, entry]));
let printedHead = handover.snapshot.story.version;
/** The entry that was announced last: when it changes, the announcement is no longer what the story says. */
let announced: string | undefined;

localizeTimes(document);
live.on('entry', ({ entry, previous }) => {
  const pinned = pinnedOlder.get(entry.id);
  // It was read a moment later than the page, so the first changes may be older than it.
  if (pinned !== undefined && pinned.version < entry.version) pinnedOlder.set(entry.id, entry);
  // An edit of what is on an older page is new to us, but no news.
  if (previous === undefined && entry.status === 'usable' && live.entries.includes(entry)) announce(entry);
  else if (entry.id === announced) announce(undefined);
});
live.on('reset', () => {
  pinnedOlder.clear();
  announce(undefined);
});
live.on('change', () => print(live));
live.on('status', showConnection);
part('older').addEventListener('click', (event) => {
  event.preventDefault();
  // What went wrong is told by the status; the link stays, to be tried again.
  live.loadOlder().catch(() => undefined);
});
print(live);
showConnection(live.status);

/** Taken out of the page: what is withdrawn later must not stay behind in it. */
function takeHandover(): Handover {
  const script = part('story-snapshot');
  script.remove();
  return JSON.parse(script.textContent ?? '');
}

function print(from: LiveStory<Story, PublicEntry>): void {
  const { story, entries } = from;
  if (story === undefined) return;
  if (story.version !== printedHead) {
    printedHead = story.version;
    document.title = story.headline;
    part('story-head').innerHTML = storyHead(story).text;
    part('key-points').innerHTML = keyPoints(story).text;
  }
  part('state').innerHTML = storyState(story, entries, LOCAL).text;
  const known = new Set(entries.map(({ id }) => id));
  const outside = story.pinned.flatMap((id) => (known.has(id) ? [] : (pinnedOlder.get(id) ?? [])));
  printEntries(story, pinnedFirst(story, [...outside, ...entries]));
  part('empty').hidden = entries.length > 0;
  const pager = part('older').parentElement;
  if (pager !== null) pager.hidden = !from.hasOlder;
}

/**
 * Brings the list to the entries given by touching only what differs: an article that a reader is in the middle of
 * keeps its place, its selection and its pictures when others come, go or change.
 */
function printEntries(story: Story, entries: readonly PublicEntry[]): void {
  const list = part('entries');
  const shown = new Map([...list.children].map((child) => [child.getAttribute('data-id'), child]));
  let place = list.firstElementChild;
  for (const entry of entries) {
    let article = shown.get(entry.id);
    shown.delete(entry.id);
    if (article?.getAttribute('data-print') !== printOf(entry, story)) {
      const printed = articleOf(entry, story);
      if (article !== undefined) {
        if (place === article) place = printed;
        article.replaceWith(printed);
      }
      article = printed;
    }
    if (article === place) place = article.nextElementSibling;
    else list.insertBefore(article, place);
  }
  for (const gone of shown.values()) gone.remove();
}

function articleOf(entry: PublicEntry, story: Story): Element {
  const template = document.createElement('template');
  template.innerHTML = entryArticle(entry, story, LOCAL).text;
  const article = template.content.firstElementChild;
  if (article === null) throw new Error('An entry printed as nothing');
  return article;
}

function localizeTimes(within: ParentNode): void {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  for (const time of within.querySelectorAll('time')) time.textContent = format.format(new Date(time.dateTime));
}

function announce(entry: Entry | undefined): void {
  announced = entry?.id;
  part('announcement').textContent = entry === undefined ? '' : (entry.headline ?? 'New entry');
}

function showConnection(status: LiveStatus): void {
  const line = part('connection');
  const text = CONNECTION[status];
  line.hidden = text === undefined;
  line.textContent = text ?? '';
}

function part(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no part called ${id}`);
  return element;
}
