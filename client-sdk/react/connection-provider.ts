'use client';

import { createContext, createElement, type ReactElement, type ReactNode } from 'react';
import type { LiveConnection } from '../connection.js';
import type { PublicEntry, Story } from '../protocol/index.js';

export type PublicConnection = LiveConnection<Story, PublicEntry>;

export const ConnectionContext = createContext<PublicConnection | undefined>(undefined);

export interface ConnectionProviderProps {
  /** What `connect` gave. Made once, outside of any component: it opens nothing before a story is followed. */
  readonly connection: PublicConnection;
  readonly children?: ReactNode;
}

/** Hands one connection to all `useStory` below it, so that they share one link to the server. */
export function ConnectionProvider({ connection, children }: ConnectionProviderProps): ReactElement {
  return createElement(ConnectionContext.Provider, { value: connection }, children);
}
