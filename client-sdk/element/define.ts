import { LiveStoryElement } from './live-story-element.js';

export { LiveStoryElement };

/**
 * Registers `<live-story>`, once whatever loads this; not before the page is parsed, so that what a server printed into an
 * element is all there when it is taken over.
 *
 * @param home where elements find the server when they do not say it.
 */
export function define(home: string): void {
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', () => define(home), { once: true });
    return;
  }
  if (customElements.get('live-story') !== undefined) return;
  LiveStoryElement.home = home;
  customElements.define('live-story', LiveStoryElement);
}
