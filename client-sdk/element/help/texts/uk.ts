import type { HelpTexts } from '../help-texts.js';

export const uk: HelpTexts = {
  title: 'Налаштування',
  announcements: 'Оголошення екранного читача',
  all: 'Усі оновлення',
  breaking: 'Лише термінові',
  off: 'Вимкнено',
  shortcuts: 'Клавіатурні скорочення',
  shortcutsOn: 'Використовувати клавіатурні скорочення',
  next: 'Наступне оновлення',
  previous: 'Попереднє оновлення',
  new: 'Показати нові оновлення',
  before: 'Перейти до того, що перед оновленнями',
  after: 'Перейти до того, що після оновлень',
  help: 'Показати цю довідку',
  close: 'Закрити',
  keys: { control: 'Ctrl', home: 'Home', end: 'End', pageUp: 'Page Up', pageDown: 'Page Down' },
};
