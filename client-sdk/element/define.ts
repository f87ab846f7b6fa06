import { LiveStoryElement } from './live-story-element.js';

export { LiveStoryElement };

/**
 * Registers `<live-story>`, once whatever loads this.
 *
 * @param home where elements find the server when they do not say it.
 */
export function define(home: string): void {
  LiveStoryElement.home = home;
  if (customElements.get('live-story') === undefined) customElements.define('live-story', LiveStoryElement);
}
