import type { Refusal } from '../oidc/refusals.js';
import { html } from './html.js';
import type { PageAssets } from './page-assets.js';
import { pageDocument } from './page-document.js';

/** What happened, and what to do about it. */
const TEXTS: Readonly<Record<Refusal, { readonly title: string; readonly text: string }>> = {
  expired: {
    title: 'This sign-in is over',
    text: 'It was begun too long ago, in another browser, or it was finished already. Please begin again.',
  },
  denied: {
    title: 'You were not signed in',
    text: 'Your organisation’s sign-in service did not let you through, or you turned back there.',
  },
  'no-role': {
    title: 'You are not a member of this desk',
    text: 'Your organisation knows you, but nothing that it says of you has a role here. Ask whoever runs the desk to put you into one of the groups that do.',
  },
  suspended: {
    title: 'Your access was suspended',
    text: 'An admin of this desk has suspended you. Ask them if this is a mistake.',
  },
  unreachable: {
    title: 'The sign-in service cannot be reached',
    text: 'Please try again in a moment. A personal key or a link from an admin works meanwhile.',
  },
  failed: {
    title: 'You were not signed in',
    text: 'What your organisation’s sign-in service answered is not what it has to be. Please try again, and tell whoever runs the desk if it stays so.',
  },
};

/** Says to whom came back from the sign-in service why they are not in. */
export function refusedDocument(why: Refusal, assets: PageAssets): string {
  const { title, text } = TEXTS[why];
  return pageDocument({
    title,
    language: 'en',
    assets,
    kind: 'plain',
    main: html`<h1>${title}</h1>
<p>${text}</p>
<p><a class="button" href="${assets.base}/sign-in/oidc">Try again</a> <a class="button" href="${assets.base}/console/">Other ways to sign in</a></p>`,
  });
}
