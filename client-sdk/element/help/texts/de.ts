import type { HelpTexts } from '../help-texts.js';

export const de: HelpTexts = {
  title: 'Einstellungen',
  announcements: 'Ansagen für Screenreader',
  all: 'Alle Meldungen',
  breaking: 'Nur Eilmeldungen',
  off: 'Aus',
  shortcuts: 'Tastenkürzel',
  shortcutsOn: 'Tastenkürzel verwenden',
  next: 'Nächste Meldung',
  previous: 'Vorherige Meldung',
  new: 'Neue Meldungen anzeigen',
  before: 'Vor die Meldungen springen',
  after: 'Hinter die Meldungen springen',
  help: 'Diese Hilfe anzeigen',
  close: 'Schließen',
  keys: { control: 'Strg', home: 'Pos1', end: 'Ende', pageUp: 'Bild ↑', pageDown: 'Bild ↓' },
};
