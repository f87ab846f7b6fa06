import { z } from 'zod';

/** Why somebody who came back from the sign-in service is not let in; each has its page. */
const REFUSALS = ['expired', 'denied', 'no-role', 'suspended', 'unreachable', 'failed'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** `GET /sign-in/refused`. */
export const refusedQuery = z.object({ why: z.enum(REFUSALS).catch('failed') });
