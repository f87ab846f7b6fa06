import { directionOf, textsIn } from '@slugline/client/view';

/** What the pages around a story say by themselves. */
export interface PageTexts {
  /** BCP 47; another than the one that was asked for where that is not spoken here. */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  readonly skip: string;
  readonly stories: string;
  readonly embed: string;
}

type Words = Pick<PageTexts, 'skip' | 'embed'>;

const EN: Words = { skip: 'Skip to the main content', embed: 'Embed a story' };

/** In the languages that the element speaks. */
const WORDS: Readonly<Record<string, Words>> = {
  en: EN,
  ar: { skip: 'انتقل إلى المحتوى الرئيسي', embed: 'تضمين تغطية' },
  de: { skip: 'Zum Hauptinhalt springen', embed: 'Liveticker einbetten' },
  es: { skip: 'Ir al contenido principal', embed: 'Insertar una cobertura' },
  fr: { skip: 'Aller au contenu principal', embed: 'Intégrer un direct' },
  uk: { skip: 'Перейти до основного вмісту', embed: 'Вбудувати трансляцію' },
};

/** @param tag BCP 47, as the story has it. */
export function pageTextsIn(tag: string): PageTexts {
  const { language, stories } = textsIn(tag);
  const [spoken = ''] = language.toLowerCase().split('-');
  return { language, direction: directionOf(language), stories, ...(WORDS[spoken] ?? EN) };
}
