/** How long a TCP connection may take for what, in milliseconds. What stays beyond it is closed. */
export interface ConnectionTimes {
  /** From the first byte that could come, or from the connection itself, to the end of a request's head. */
  readonly head: number;
  /** From there to the end of its body. Stops senders who hold connections with bodies that never end. */
  readonly request: number;
  /** Between an answer and the next request. */
  readonly idle: number;
  /**
   * For an answer to be taken over by the network. A reader on a poor link takes minutes for none: the largest page
   * that is usual is a few hundred kilobytes. Streams have rules of their own for who is slow.
   */
  readonly answer: number;
  /** Between two looks at all this; what is closed may be late by so much. */
  readonly look: number;
}

export const CONNECTION_TIMES: ConnectionTimes = {
  head: 15_000,
  request: 60_000,
  // Above the idle time of common load balancers, so that it is never us who closes under a request.
  idle: 65_000,
  answer: 60_000,
  look: 5_000,
};
