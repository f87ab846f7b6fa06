import { connect, type LiveConnection } from '@slugline/client';
import type { PublicEntry, Snapshot, Story } from '@slugline/client/protocol';
import { ConnectionProvider, type StoryState, useStory } from '@slugline/client/react';
import {
  Activity,
  type ActivityProps,
  createElement as h,
  memo,
  type ReactNode,
  StrictMode,
  useEffect,
  useState,
} from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';

/** What a test does with the page that this is bundled into. */
export interface ReactPage {
  /** Components for these stories, below one provider. */
  show(slugs: readonly string[], isShown?: boolean): void;
  /** Takes over what a server printed of one story. */
  hydrate(slug: string, initial: Snapshot): void;
  unmount(): void;
  /** How often the component of an entry was rendered, by the entry's id. */
  readonly entryRenders: Record<string, number>;
  /** What each render of a story's component saw: status and number of entries. */
  readonly seen: string[];
  readonly alerts: string[];
  /** Stories that components were given, each as long as it was the same. */
  readonly followed: ReadonlySet<unknown>;
  readonly complaints: string[];
  readonly connection: LiveConnection<Story, PublicEntry>;
}

const entryRenders: Record<string, number> = {};
const seen: string[] = [];
const alerts: string[] = [];
const followed = new Set<unknown>();
const complaints: string[] = [];

const titleOf = (entry: PublicEntry) => (entry.status === 'usable' ? (entry.headline ?? '') : 'withdrawn');

const EntryView = memo(({ entry }: { readonly entry: PublicEntry }) => {
  entryRenders[entry.id] = (entryRenders[entry.id] ?? 0) + 1;
  return h('li', { id: entry.id }, titleOf(entry));
});

export function StoryList({ slug, initial }: { readonly slug: string; readonly initial?: Snapshot }): ReactNode {
  // A new object each time, as where it comes from JSON in a page.
  const options = { limit: 3, ...(initial === undefined ? {} : { initial: structuredClone(initial) }) };
  const { story, entries, status, hasOlder, loadOlder, live }: StoryState<Story, PublicEntry> = useStory(slug, options);
  useEffect(() => {
    if (live !== undefined) followed.add(live);
    return live?.on('breaking', (entry) => alerts.push(titleOf(entry)));
  }, [live]);
  seen.push(`${status} ${entries.length}`);
  return h(
    'section',
    { 'data-slug': slug },
    h('h1', null, story?.headline),
    h('p', null, status),
    h(
      'ul',
      null,
      entries.map((entry) => h(EntryView, { key: entry.id, entry })),
    ),
    hasOlder && h('button', { type: 'button', onClick: () => void loadOlder() }, 'Older'),
    h(Clicks),
  );
}

/** State of its own, to see whether a component was kept. */
function Clicks(): ReactNode {
  const [clicks, setClicks] = useState(0);
  return h('button', { type: 'button', className: 'clicks', onClick: () => setClicks(clicks + 1) }, clicks);
}

/** @param url where the server is. */
export function reactPage(url: string, place: HTMLElement): ReactPage {
  const connection = connect(url, { transports: ['socket'] });
  const onRecoverableError = (error: unknown) => complaints.push(String(error));
  const below = (...children: ReactNode[]) => h(StrictMode, null, h(ConnectionProvider, { connection }, ...children));
  let root: ReturnType<typeof createRoot> | undefined;
  return {
    show(slugs, isShown = true) {
      root ??= createRoot(place, { onRecoverableError });
      const stories = slugs.map((slug, at) => h(StoryList, { key: at, slug }));
      const activity: ActivityProps = { mode: isShown ? 'visible' : 'hidden', children: stories };
      root.render(below(h(Activity, activity)));
    },
    hydrate(slug, initial) {
      root = hydrateRoot(place, below(h(StoryList, { slug, initial })), { onRecoverableError });
    },
    unmount() {
      root?.unmount();
      root = undefined;
    },
    entryRenders,
    seen,
    alerts,
    followed,
    complaints,
    connection,
  };
}
