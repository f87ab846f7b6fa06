import type { HelpTexts } from '../help-texts.js';

export const es: HelpTexts = {
  title: 'Ajustes',
  announcements: 'Avisos del lector de pantalla',
  all: 'Todas las actualizaciones',
  breaking: 'Solo última hora',
  off: 'Ninguno',
  shortcuts: 'Atajos de teclado',
  shortcutsOn: 'Usar atajos de teclado',
  next: 'Actualización siguiente',
  previous: 'Actualización anterior',
  new: 'Mostrar las actualizaciones nuevas',
  before: 'Saltar antes de las actualizaciones',
  after: 'Saltar después de las actualizaciones',
  help: 'Mostrar esta ayuda',
  close: 'Cerrar',
  keys: { control: 'Ctrl', home: 'Inicio', end: 'Fin', pageUp: 'Re Pág', pageDown: 'Av Pág' },
};
