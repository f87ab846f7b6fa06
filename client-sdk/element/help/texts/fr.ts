import type { HelpTexts } from '../help-texts.js';

export const fr: HelpTexts = {
  title: 'Réglages',
  announcements: 'Annonces du lecteur d’écran',
  all: 'Toutes les publications',
  breaking: 'Les urgents seulement',
  off: 'Aucune',
  shortcuts: 'Raccourcis clavier',
  shortcutsOn: 'Utiliser les raccourcis clavier',
  next: 'Publication suivante',
  previous: 'Publication précédente',
  new: 'Afficher les nouvelles publications',
  before: 'Aller avant les publications',
  after: 'Aller après les publications',
  help: 'Afficher cette aide',
  close: 'Fermer',
  keys: { control: 'Ctrl', home: 'Début', end: 'Fin', pageUp: 'Page préc.', pageDown: 'Page suiv.' },
};
