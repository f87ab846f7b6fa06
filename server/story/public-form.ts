import type { DeskEntry, DeskStory, PublicEntry, Story } from '@slugline/client/protocol';

/*
 * What readers get of what the desk has. Fields are named one by one instead of taken away, so that a field added
 * to the desk form stays with the desk until somebody decides otherwise here.
 */

export function publicStory(desk: DeskStory): Story {
  const { standfirst, kicker, picture, coverageEnd } = desk;
  return {
    slug: desk.slug,
    headline: desk.headline,
    ...(standfirst !== undefined && { standfirst }),
    ...(kicker !== undefined && { kicker }),
    language: desk.language,
    status: desk.status,
    visibility: desk.visibility,
    ...(picture !== undefined && { picture }),
    keyPoints: desk.keyPoints,
    pinned: desk.pinned,
    coverageStart: desk.coverageStart,
    ...(coverageEnd !== undefined && { coverageEnd }),
    createdAt: desk.createdAt,
    updatedAt: desk.updatedAt,
    version: desk.version,
  };
}

/**
 * An entry for readers: the entry without desk fields while it is usable, else its tombstone.
 *
 * Corrections of kind `withdrawn` stay with the desk. While the entry is away its tombstone's notice speaks; once
 * it is released, the notice's words about a text that stands again would only be read as news of it.
 */
export function publicEntry(desk: DeskEntry): PublicEntry {
  const { notice, headline, verification, located } = desk;
  if (desk.status !== 'usable') {
    return {
      id: desk.id,
      slug: desk.slug,
      version: desk.version,
      status: desk.status,
      ...(notice !== undefined && { notice }),
      publishedAt: desk.publishedAt,
      updatedAt: desk.updatedAt,
    };
  }
  return {
    id: desk.id,
    slug: desk.slug,
    version: desk.version,
    status: desk.status,
    ...(headline !== undefined && { headline }),
    body: desk.body,
    urgency: desk.urgency,
    breaking: desk.breaking,
    keyEvent: desk.keyEvent,
    bylines: desk.bylines,
    sources: desk.sources,
    ...(verification !== undefined && { verification }),
    relations: desk.relations,
    ...(located !== undefined && { located }),
    tags: desk.tags,
    corrections: desk.corrections.filter(({ kind }) => kind !== 'withdrawn'),
    publishedAt: desk.publishedAt,
    updatedAt: desk.updatedAt,
  };
}
