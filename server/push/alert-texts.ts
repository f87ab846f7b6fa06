/** What alerts say of themselves, in one language. What they tell of a story is in the story's own words. */
export interface AlertTexts {
  /** Before what was wrong and what is right. */
  readonly correction: string;
  /** In the place of an alert whose entry was withdrawn. */
  readonly withdrawn: string;
  /** What is said where the desk gave no notice: of an entry that may come back, and of one that will not. */
  readonly withheldNotice: string;
  readonly canceledNotice: string;
  /** In the place of an alert of a story that is no longer public. */
  readonly gone: string;
}

const TEXTS: Readonly<Record<string, AlertTexts>> = {
  en: {
    correction: 'Correction',
    withdrawn: 'An alert was withdrawn',
    withheldNotice: 'The update is being checked.',
    canceledNotice: 'The update was withdrawn.',
    gone: 'This alert is no longer available',
  },
  ar: {
    correction: 'تصحيح',
    withdrawn: 'سُحب تنبيه',
    withheldNotice: 'يجري التحقق من هذا التحديث.',
    canceledNotice: 'سُحب هذا التحديث.',
    gone: 'لم يعد هذا التنبيه متاحًا',
  },
  de: {
    correction: 'Korrektur',
    withdrawn: 'Eine Meldung wurde zurückgezogen',
    withheldNotice: 'Die Meldung wird geprüft.',
    canceledNotice: 'Die Meldung wurde zurückgezogen.',
    gone: 'Diese Meldung ist nicht mehr verfügbar',
  },
  es: {
    correction: 'Corrección',
    withdrawn: 'Se ha retirado una alerta',
    withheldNotice: 'La actualización se está comprobando.',
    canceledNotice: 'La actualización se ha retirado.',
    gone: 'Esta alerta ya no está disponible',
  },
  fr: {
    correction: 'Correction',
    withdrawn: 'Une alerte a été retirée',
    withheldNotice: 'Cette information est en cours de vérification.',
    canceledNotice: 'Cette information a été retirée.',
    gone: 'Cette alerte n’est plus disponible',
  },
  uk: {
    correction: 'Виправлення',
    withdrawn: 'Сповіщення відкликано',
    withheldNotice: 'Це повідомлення перевіряють.',
    canceledNotice: 'Це повідомлення відкликано.',
    gone: 'Це сповіщення більше не доступне',
  },
};
const ENGLISH = TEXTS.en as AlertTexts;

/** The texts in the language of a story, else in English, and which of the two it is. */
export function alertTexts(language: string): { readonly texts: AlertTexts; readonly language: string } {
  const base = new Intl.Locale(language).language;
  const texts = TEXTS[base];
  return texts === undefined ? { texts: ENGLISH, language: 'en' } : { texts, language };
}
