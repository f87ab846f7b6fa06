import type { HelpTexts } from '../help-texts.js';

export const en: HelpTexts = {
  title: 'Settings',
  announcements: 'Screen reader announcements',
  all: 'All updates',
  breaking: 'Breaking news only',
  off: 'Off',
  shortcuts: 'Keyboard shortcuts',
  shortcutsOn: 'Use keyboard shortcuts',
  next: 'Next update',
  previous: 'Previous update',
  new: 'Show new updates',
  before: 'Skip back before the updates',
  after: 'Skip past the updates',
  help: 'Show this help',
  close: 'Close',
  keys: { control: 'Ctrl', home: 'Home', end: 'End', pageUp: 'Page Up', pageDown: 'Page Down' },
};
