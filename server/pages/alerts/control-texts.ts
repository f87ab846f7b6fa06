/** What the control for alerts says, beside what the element's texts have. */
export interface ControlTexts {
  /** On the button, once something is followed. */
  readonly on: string;
  readonly title: string;
  readonly about: string;
  readonly story: string;
  readonly storyNote: string;
  readonly all: string;
  readonly allNote: string;
  readonly denied: string;
  readonly unsupported: string;
  readonly failed: string;
  readonly later: string;
}

const EN: ControlTexts = {
  on: 'Alerts are on',
  title: 'Alerts on this device',
  about: 'They reach you when this page is closed, too.',
  story: 'This story',
  storyNote: 'Breaking news and key events',
  all: 'All breaking news',
  allNote: 'Of every story here',
  denied: 'Your browser blocks notifications from this site. Allow them in the settings of this site to get alerts.',
  unsupported: 'This browser cannot get alerts here.',
  failed: 'That did not work. Please try again.',
  later: 'Too many at once. Please try again in a minute.',
};

const TEXTS: Readonly<Record<string, ControlTexts>> = {
  en: EN,
  ar: {
    on: 'التنبيهات مفعّلة',
    title: 'التنبيهات على هذا الجهاز',
    about: 'تصلك أيضًا بعد إغلاق هذه الصفحة.',
    story: 'هذه التغطية',
    storyNote: 'الأخبار العاجلة والأحداث الرئيسية',
    all: 'كل الأخبار العاجلة',
    allNote: 'من جميع التغطيات هنا',
    denied: 'يحظر متصفحك إشعارات هذا الموقع. اسمح بها في إعدادات الموقع لتصلك التنبيهات.',
    unsupported: 'لا يمكن لهذا المتصفح تلقي التنبيهات هنا.',
    failed: 'تعذّر ذلك. يُرجى المحاولة مرة أخرى.',
    later: 'طلبات كثيرة في الوقت نفسه. يُرجى المحاولة بعد دقيقة.',
  },
  de: {
    on: 'Meldungen sind an',
    title: 'Meldungen auf diesem Gerät',
    about: 'Sie kommen auch, wenn diese Seite geschlossen ist.',
    story: 'Dieser Liveticker',
    storyNote: 'Eilmeldungen und wichtige Ereignisse',
    all: 'Alle Eilmeldungen',
    allNote: 'Aus jedem Liveticker hier',
    denied:
      'Ihr Browser blockiert Benachrichtigungen dieser Website. Erlauben Sie sie in den Einstellungen dieser Website.',
    unsupported: 'Dieser Browser kann hier keine Meldungen empfangen.',
    failed: 'Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.',
    later: 'Zu viele auf einmal. Bitte versuchen Sie es in einer Minute noch einmal.',
  },
  es: {
    on: 'Alertas activadas',
    title: 'Alertas en este dispositivo',
    about: 'Le llegan aunque esta página esté cerrada.',
    story: 'Esta cobertura',
    storyNote: 'Última hora y momentos clave',
    all: 'Toda la última hora',
    allNote: 'De todas las coberturas',
    denied: 'Su navegador bloquea las notificaciones de este sitio. Permítalas en los ajustes del sitio.',
    unsupported: 'Este navegador no puede recibir alertas aquí.',
    failed: 'No ha funcionado. Inténtelo de nuevo.',
    later: 'Demasiadas a la vez. Inténtelo de nuevo en un minuto.',
  },
  fr: {
    on: 'Alertes activées',
    title: 'Alertes sur cet appareil',
    about: 'Elles vous parviennent même lorsque cette page est fermée.',
    story: 'Ce direct',
    storyNote: 'Dernière minute et moments clés',
    all: 'Toute la dernière minute',
    allNote: 'De tous les directs',
    denied: 'Votre navigateur bloque les notifications de ce site. Autorisez-les dans les réglages du site.',
    unsupported: 'Ce navigateur ne peut pas recevoir d’alertes ici.',
    failed: 'Cela n’a pas fonctionné. Veuillez réessayer.',
    later: 'Trop de demandes à la fois. Veuillez réessayer dans une minute.',
  },
  uk: {
    on: 'Сповіщення ввімкнено',
    title: 'Сповіщення на цьому пристрої',
    about: 'Вони надходять і тоді, коли цю сторінку закрито.',
    story: 'Ця трансляція',
    storyNote: 'Термінові новини та ключові події',
    all: 'Усі термінові новини',
    allNote: 'З усіх трансляцій',
    denied: 'Ваш браузер блокує сповіщення цього сайту. Дозвольте їх у налаштуваннях сайту.',
    unsupported: 'Цей браузер не може отримувати сповіщення тут.',
    failed: 'Не вдалося. Спробуйте ще раз.',
    later: 'Забагато запитів водночас. Спробуйте за хвилину.',
  },
};

/** @param language one that the element's texts speak. */
export function controlTexts(language: string): ControlTexts {
  return TEXTS[language.toLowerCase().split('-')[0] ?? ''] ?? EN;
}
