import type { LiveStoryElement } from '@slugline/client/element';

/*
 * The page of a story tells machines of its entries as they were when it was printed. That is no longer to be read in it
 * once one of them has changed: it may be that it was withdrawn.
 *
 * It waits without an `await` of the whole module: one is enough for the bundler to tear what the element shares into a
 * dozen files.
 */
void customElements.whenDefined('live-story').then(() => {
  const live = document.querySelector<LiveStoryElement>('live-story')?.live;
  const forget = () => document.querySelector('script[type="application/ld+json"]')?.remove();
  live?.on('entry', ({ previous }) => {
    if (previous !== undefined) forget();
  });
  live?.on('reset', forget);
});
