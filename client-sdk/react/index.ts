'use client';

export { ConnectionProvider, type ConnectionProviderProps } from './connection-provider.js';
export type { StoryState } from './story-state.js';
export { type UseStoryOptions, useStory } from './use-story.js';
