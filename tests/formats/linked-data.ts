import { either, flag, language, later, listOf, object, oneOf, text, time, webUrl, whole } from './shape.js';

/*
 * What schema.org (https://schema.org/LiveBlogPosting, /BlogPosting, /CorrectionComment, /ImageObject) says of the types
 * that we use: names of properties and what may stand in them. Beyond it, what search engines ask for: required is what
 * Google names for live blogs (coverageStartTime, liveBlogUpdate with headline, articleBody and datePublished in each)
 * and recommends for articles (https://developers.google.com/search/docs/appearance/structured-data/article: headline,
 * image, datePublished, dateModified, author with its name and url), as far as a desk gives it. Properties that we do
 * not use are left out, so that using one means looking it up.
 */

const type = (name: string) => oneOf(name);
const person = object({ '@type': type('Person'), name: text }, { url: webUrl, jobTitle: text });
const organization = object({ '@type': type('Organization'), name: text }, { url: webUrl });
const author = either(listOf(person), organization);
const webPage = object({ '@type': type('WebPage'), '@id': webUrl });
const image = object(
  { '@type': type('ImageObject'), url: webUrl },
  { width: whole(1), height: whole(1), caption: text, creditText: text, description: text },
);
const correction = object({ '@type': type('CorrectionComment'), text, datePublished: time });
const place = object({ '@type': type('Place'), name: text });

/** Of every CreativeWork that we tell of. */
const work = {
  '@id': webUrl,
  url: webUrl,
  headline: text,
  mainEntityOfPage: webPage,
  datePublished: time,
  dateModified: time,
  inLanguage: language,
  isAccessibleForFree: flag,
};
const byAndWith = { author, publisher: organization, image: listOf(image) };

const posting = {
  ...byAndWith,
  keywords: listOf(text),
  locationCreated: place,
  correction: listOf(correction),
};
const update = object({ '@type': type('BlogPosting'), ...work, articleBody: text }, posting);

/** The page of a story. An update is required as soon as there is one to tell of. */
export const liveBlogPosting = object(
  {
    '@context': oneOf('https://schema.org'),
    '@type': type('LiveBlogPosting'),
    ...work,
    coverageStartTime: time,
    liveBlogUpdate: listOf(later(() => update)),
  },
  { ...byAndWith, coverageEndTime: time, description: text, articleSection: text },
);

/** The page of an entry. */
export const blogPosting = object(
  {
    '@context': oneOf('https://schema.org'),
    '@type': type('BlogPosting'),
    ...work,
    articleBody: text,
    isPartOf: object({ '@type': type('LiveBlogPosting'), '@id': webUrl, url: webUrl, headline: text }),
  },
  posting,
);
