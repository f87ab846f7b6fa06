import type { LateTexts, Texts, WholeTexts } from '../messages.js';

/** Apart, since English is always at hand: other languages are loaded as a whole. */
const enLate: LateTexts = {
  'share.copied': 'Link copied',
  missing: 'This update is not available.',
  since: 'Since you left: {what}',
  'since.updates': { one: '{count} update', other: '{count} updates' },
  'since.corrections': { one: '{count} correction', other: '{count} corrections' },
  'since.withdrawals': { one: '{count} withdrawn', other: '{count} withdrawn' },
  dismiss: 'Dismiss',
  stories: 'All stories',
  follow: 'Get alerts',
};

/** All texts of a language of which some are at hand. */
export function wholeTexts(texts: Texts): WholeTexts {
  return { ...enLate, ...texts };
}
