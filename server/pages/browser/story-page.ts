import type { LiveStoryElement } from '@slugline/client/element';

/*
 * A page tells machines, and its tab, of entries as they were when it was printed. That is no longer to be read in it once
 * one of them has changed: it may be that it was withdrawn.
 *
 * It waits without an `await` of the whole module: one is enough for the bundler to tear what the element shares into a
 * dozen files.
 */
void customElements.whenDefined('live-story').then(() => {
  const element = document.querySelector<LiveStoryElement>('live-story');
  const live = element?.live;
  const forget = () => {
    document.querySelector('script[type="application/ld+json"]')?.remove();
    // The page of an entry is of nothing else.
    if (element?.hasAttribute('entry') !== true) return;
    document.title = live?.story?.headline ?? '';
    for (const told of document.querySelectorAll('meta:is([property], [name=description])')) told.remove();
  };
  live?.on('entry', ({ previous }) => {
    if (previous !== undefined) forget();
  });
  live?.on('reset', forget);
});
