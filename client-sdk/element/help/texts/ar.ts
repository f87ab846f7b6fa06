import type { HelpTexts } from '../help-texts.js';

export const ar: HelpTexts = {
  title: 'الإعدادات',
  announcements: 'إعلانات قارئ الشاشة',
  all: 'كل التحديثات',
  breaking: 'الأخبار العاجلة فقط',
  off: 'بلا إعلانات',
  shortcuts: 'اختصارات لوحة المفاتيح',
  shortcutsOn: 'استخدام اختصارات لوحة المفاتيح',
  next: 'التحديث التالي',
  previous: 'التحديث السابق',
  new: 'عرض التحديثات الجديدة',
  before: 'الانتقال إلى ما قبل التحديثات',
  after: 'الانتقال إلى ما بعد التحديثات',
  help: 'عرض هذه المساعدة',
  close: 'إغلاق',
  keys: { control: 'Ctrl', home: 'Home', end: 'End', pageUp: 'Page Up', pageDown: 'Page Down' },
};
