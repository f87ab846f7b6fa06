import { textsIn } from '@slugline/client/view';

/** What the front page says. */
export interface FrontTexts extends Words {
  /** BCP 47. */
  readonly language: string;
  /** What stories say of themselves. */
  readonly story: ReturnType<typeof textsIn>;
}

/** Beside what the element's texts have. */
interface Words {
  /** Above the page, and on its tab. */
  readonly title: string;
  /** Above what is live, what rests or comes, and what is over. */
  readonly live: string;
  readonly resting: string;
  readonly over: string;
  /** In place of the first two, where there is nothing of them. */
  readonly empty: string;
  /** Of a story: `{time}` is where the time goes. */
  readonly begins: string;
  readonly ended: string;
  readonly older: string;
  /** On the button that shows stories which came while the page was read. */
  readonly newer: string;
  /** While a script keeps the page as it should be. */
  readonly keeping: string;
  /** What the list of languages is called. */
  readonly languages: string;
}

const EN: Words = {
  title: 'Live coverage',
  live: 'Live now',
  resting: 'Paused and coming up',
  over: 'Ended',
  empty: 'No story is running right now.',
  begins: 'Coverage begins {time}',
  ended: 'Ended {time}',
  older: 'Older stories',
  newer: 'Show new stories',
  keeping: 'Updates by itself',
  languages: 'Language',
};

/** In the languages that the element speaks. */
const TEXTS: Readonly<Record<string, Words>> = {
  en: EN,
  es: {
    title: 'Coberturas en directo',
    live: 'Ahora en directo',
    resting: 'En pausa y próximamente',
    over: 'Finalizadas',
    empty: 'Ahora mismo no hay ninguna cobertura en directo.',
    begins: 'Comienza: {time}',
    ended: 'Finalizado: {time}',
    older: 'Coberturas anteriores',
    newer: 'Mostrar las coberturas nuevas',
    keeping: 'Se actualiza automáticamente',
    languages: 'Idioma',
  },
  ar: {
    title: 'التغطيات المباشرة',
    live: 'مباشر الآن',
    resting: 'متوقفة مؤقتًا وقادمة',
    over: 'تغطيات منتهية',
    empty: 'لا توجد تغطية مباشرة في الوقت الحالي.',
    begins: 'بدء التغطية: {time}',
    ended: 'انتهت: {time}',
    older: 'تغطيات أقدم',
    newer: 'عرض التغطيات الجديدة',
    keeping: 'تُحدَّث الصفحة تلقائيًا',
    languages: 'اللغة',
  },
  de: {
    title: 'Liveticker',
    live: 'Jetzt live',
    resting: 'Pausiert und demnächst',
    over: 'Beendet',
    empty: 'Zurzeit läuft kein Liveticker.',
    begins: 'Beginn: {time}',
    ended: 'Beendet: {time}',
    older: 'Ältere Liveticker',
    newer: 'Neue Liveticker anzeigen',
    keeping: 'Aktualisiert sich von selbst',
    languages: 'Sprache',
  },
  fr: {
    title: 'Les directs',
    live: 'En ce moment',
    resting: 'En pause et à venir',
    over: 'Terminés',
    empty: 'Aucun direct en ce moment.',
    begins: 'Début\u00a0: {time}',
    ended: 'Terminé\u00a0: {time}',
    older: 'Directs précédents',
    newer: 'Afficher les nouveaux directs',
    keeping: 'Mise à jour automatique',
    languages: 'Langue',
  },
  uk: {
    title: 'Трансляції наживо',
    live: 'Зараз наживо',
    resting: 'Призупинені та заплановані',
    over: 'Завершені',
    empty: 'Зараз немає жодної трансляції.',
    begins: 'Початок: {time}',
    ended: 'Завершено: {time}',
    older: 'Попередні трансляції',
    newer: 'Показати нові трансляції',
    keeping: 'Оновлюється автоматично',
    languages: 'Мова',
  },
};

/** The languages that the front page speaks, in the order in which they are offered, as those who speak them call them. */
export const FRONT_LANGUAGES: Readonly<Record<string, string>> = {
  en: 'English',
  es: 'Español',
  ar: 'العربية',
  de: 'Deutsch',
  fr: 'Français',
  uk: 'Українська',
};

/** @param spoken one of `FRONT_LANGUAGES`. */
export function frontTextsIn(spoken: string): FrontTexts {
  // English without a region would have American dates.
  const language = spoken === 'en' ? 'en-GB' : spoken;
  return { language, story: textsIn(language), ...(TEXTS[spoken] ?? EN) };
}
