import { toHtml } from '@slugline/client/body';
import {
  type Entry,
  isSafeUrl,
  type PublicEntry,
  type Relation,
  type Source,
  type Story,
  type Tombstone,
  type Verification,
} from '@slugline/client/protocol';
import { Html, html } from './html.js';

/**
 * The parts of the reader page. The server prints them and the page's script prints them again when they change:
 * one form for both, so that a page that was open all day looks like one loaded now. Pure, and without Node.
 */
export interface PrintOptions {
  /** IANA zone of printed times. Absent: the reader's own, which only the browser knows. */
  readonly timeZone?: string;
}

const VERIFICATION: Readonly<Record<Verification, string>> = {
  confirmed: 'Confirmed',
  attributed: 'Attributed',
  unverified: 'Not verified',
  disputed: 'Disputed',
};

const RELATION: Readonly<Record<Relation['rel'], string>> = {
  updates: 'Updates',
  disputes: 'Disputes',
  repeats: 'Repeats',
  replaces: 'Replaces',
};

const STATUS: Readonly<Record<Story['status'], string>> = {
  upcoming: 'Upcoming',
  live: 'Live',
  paused: 'Paused',
  ended: 'Ended',
};

/** Pinned entries first, newest pin first; then all others as they came (display order). */
export function pinnedFirst(story: Story, entries: readonly PublicEntry[]): readonly PublicEntry[] {
  const rank = (entry: PublicEntry) => {
    const at = entry.status === 'usable' ? story.pinned.indexOf(entry.id) : -1;
    return at === -1 ? story.pinned.length : at;
  };
  return entries.toSorted((a, b) => rank(a) - rank(b));
}

export function storyHead(story: Story): Html {
  return html`${story.kicker !== undefined && html`<p class="kicker">${story.kicker}</p>`}
<h1>${story.headline}</h1>
${story.standfirst !== undefined && html`<p class="standfirst">${story.standfirst}</p>`}
${story.picture !== undefined && new Html(toHtml([{ type: 'picture', picture: story.picture }]))}`;
}

/** Whether the story goes on, and when anything in it last changed. */
export function storyState(story: Story, entries: readonly PublicEntry[], options: PrintOptions): Html {
  const times = [story, ...entries].map(({ updatedAt }) => updatedAt);
  const changed = times.toSorted().at(-1) ?? story.updatedAt;
  return html`<span class="badge" data-status="${story.status}">${STATUS[story.status]}</span> Updated ${timeOf(changed, story.language, options)}`;
}

/** Nothing at all where the story has no key points. */
export function keyPoints(story: Story): Html {
  if (story.keyPoints.length === 0) return html``;
  const items = story.keyPoints.map(({ text, entryId }) =>
    entryId === undefined ? html`<li>${text}</li>` : html`<li><a href="#${anchor(entryId)}">${text}</a></li>`,
  );
  return html`<h2>Key points</h2>
<ul>${items}</ul>`;
}

/**
 * One entry, or what is left of it, as an `<article>`. `data-id` and `data-print` tell the script which article
 * shows what: it prints again only when the value is another.
 */
export function entryArticle(entry: PublicEntry, story: Story, options: PrintOptions): Html {
  const pinned = story.pinned.includes(entry.id);
  return entry.status === 'usable'
    ? usableArticle(entry, story, pinned, options)
    : tombstoneArticle(entry, story, options);
}

/** Changes whenever the article would look different. */
export function printOf(entry: PublicEntry, story: Story): string {
  return `${entry.version}${entry.status === 'usable' && story.pinned.includes(entry.id) ? 'p' : ''}`;
}

function usableArticle(entry: Entry, story: Story, pinned: boolean, options: PrintOptions): Html {
  const language = story.language;
  const classes = ['entry', entry.breaking && 'breaking', entry.keyEvent && 'key', pinned && 'pinned'];
  return html`<article class="${classes.filter(Boolean).join(' ')}" id="${anchor(entry.id)}" data-id="${entry.id}" data-print="${printOf(entry, story)}">
<p class="stamp"><a href="#${anchor(entry.id)}">${timeOf(entry.publishedAt, language, options)}</a>${entry.located !== undefined && html` <span class="located">${entry.located}</span>`}${pinned && html` <span class="badge">Pinned</span>`}${entry.breaking && html` <span class="badge breaking">Breaking</span>`}${entry.verification !== undefined && entry.verification !== 'confirmed' && html` <span class="badge" data-verification="${entry.verification}">${VERIFICATION[entry.verification]}</span>`}</p>
${entry.headline !== undefined && html`<h2>${entry.headline}</h2>`}
${entry.corrections.map(
  (correction) =>
    html`<p class="correction"><strong>Correction, ${timeOf(correction.at, language, options)}:</strong> ${correction.text}</p>`,
)}
<div class="body">${new Html(toHtml(entry.body))}</div>
${entry.relations.length > 0 && html`<p class="relations">${entry.relations.map(relationLink)}</p>`}
${credits(entry)}
</article>`;
}

function tombstoneArticle(entry: Tombstone, story: Story, options: PrintOptions): Html {
  const text =
    entry.notice?.text ?? (entry.status === 'withheld' ? 'This entry is being checked.' : 'This entry was withdrawn.');
  return html`<article class="entry withdrawn" id="${anchor(entry.id)}" data-id="${entry.id}" data-print="${printOf(entry, story)}">
<p class="stamp">${timeOf(entry.publishedAt, story.language, options)} <span class="badge">${entry.status === 'withheld' ? 'Withheld' : 'Withdrawn'}</span></p>
<p class="notice">${text}</p>
</article>`;
}

function relationLink({ rel, entryId }: Relation): Html {
  return html`<a href="#${anchor(entryId)}">${RELATION[rel]} an earlier entry</a> `;
}

function credits(entry: Entry): Html {
  const bylines = entry.bylines.map(
    ({ name, role, url }, index) => html`${index > 0 && '; '}${linked(name, url)}${role !== undefined && `, ${role}`}`,
  );
  return html`${bylines.length > 0 && html`<p class="byline">${bylines}</p>`}
${entry.sources.length > 0 && html`<p class="sources">Source: ${entry.sources.map(sourceText)}</p>`}`;
}

function sourceText({ name, role, via, url }: Source, index: number): Html {
  const label = role === 'own' ? 'own reporting' : role;
  return html`${index > 0 && '; '}${linked(name, url)} (${label}${via !== undefined && `, via ${via}`})`;
}

/** URLs are checked here again: this runs in browsers too, which must not depend on what a server let through. */
function linked(text: string, url: string | undefined): Html {
  if (url === undefined || !isSafeUrl(url)) return html`${text}`;
  return html`<a href="${url}" rel="noopener noreferrer">${text}</a>`;
}

/** Entry ids may begin with a digit or hyphen; with the prefix they are easy names in CSS and URLs. */
function anchor(entryId: string): string {
  return `entry-${entryId}`;
}

export function timeOf(at: string, language: string, options: PrintOptions): Html {
  const text = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone, timeZoneName: 'short' }),
  }).format(new Date(at));
  return html`<time datetime="${at}">${text}</time>`;
}
