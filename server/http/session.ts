import type { Actor } from '@slugline/client/protocol';
import express, { type Request, type Response, type Router } from 'express';
import type { Access } from '../access/access.js';
import { callerOf } from '../access/authenticate.js';
import type { ClientAddress } from '../access/client-address.js';
import { readCredential } from '../access/credential.js';
import { signInRequest } from '../access/people/member-forms.js';
import { signIn } from '../access/people/membership.js';
import type { OwnPages } from '../access/people/own-pages.js';
import { csrfOf, endSession, endSessions, type OpenedSession, useLink } from '../access/people/session-book.js';
import type { Rings } from '../access/rings.js';
import { Failure } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import type { StoryStore } from '../store/story-store.js';
import { noQuery, parseInput } from '../story/requests.js';
import { noBody } from './carry-out.js';
import { refuseIdempotencyKey } from './one-time.js';
import { methodNotAllowed } from './problem.js';
import { readBody } from './read-body.js';

export interface SessionParts {
  readonly store: StoryStore;
  readonly rings: Rings;
  readonly access: Access;
  readonly addressOf: ClientAddress;
  readonly limits: Limits;
  readonly ownPages: OwnPages;
}

/** Signing in and out: what a browser of the desk does. Other clients bring keys. */
export function sessionRoutes({ store, rings, access, addressOf, limits, ownPages }: SessionParts): Router {
  const { cookie } = ownPages;
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/session')
    .get((req, res) => {
      parseInput(noQuery, req.query, 'query');
      const brought = cookie.read(req);
      const caller = callerOf(req);
      if (caller.kind !== 'session' || brought === undefined) {
        // What opens nothing need not be brought again.
        if (brought !== undefined && caller.kind === 'anonymous' && ownPages.sent(req)) {
          res.append('Set-Cookie', cookie.clear());
        }
        throw new Failure('unauthenticated', 'Nobody is signed in here.');
      }
      sendSession(res.status(200), caller.memberId, brought);
    })
    .post(async (req, res) => {
      // Else a page of another origin could sign somebody in as somebody else.
      if (!ownPages.sent(req)) throw new Failure('origin_forbidden', 'Signing in is for our own pages only.');
      refuseIdempotencyKey(req);
      parseInput(noQuery, req.query, 'query');
      const { link, key } = parseInput(signInRequest, await readBody(req, res));
      const { memberId, opened } = link === undefined ? await byKey(req, key) : await byLink(req, link);
      res.append('Set-Cookie', cookie.give(opened.credential, opened.lifeSeconds));
      sendSession(res.status(201), memberId, opened.credential);
    })
    .delete(async (req, res) => {
      const { memberId, sessionId, actor } = await leaver(req, res);
      await endSession(store, memberId, sessionId, actor);
      await leave(res);
    })
    .all(methodNotAllowed('GET', 'POST', 'DELETE'));

  router
    .route('/v1/sessions')
    .delete(async (req, res) => {
      const { memberId, actor } = await leaver(req, res);
      await endSessions(store, memberId, actor);
      await leave(res);
    })
    .all(methodNotAllowed('DELETE'));

  return router;

  async function byLink(req: Request, text: string): Promise<SignedIn> {
    const link = readCredential(text, 'si');
    const member = link === undefined ? undefined : await rings.members.find(link.id);
    const isGood = link !== undefined && member?.status === 'active';
    const opened = isGood ? await useLink(store, link, { name: member.name, memberId: member.id }) : undefined;
    if (link === undefined || opened === undefined) {
      throw access.refuse('The link was used before, is too old, or never was one.', addressOf(req));
    }
    await rings.sessions.refresh();
    return { memberId: link.id, opened };
  }

  async function byKey(req: Request, key = ''): Promise<SignedIn> {
    const caller = await access.authenticate(key, addressOf(req));
    if (caller.kind !== 'key' || caller.memberId === undefined) throw new Failure('no_member');
    const { memberId, role } = caller;
    // Else a key that was made to do less would do all that its member may.
    if (rings.members.get(memberId)?.role !== role) {
      throw new Failure(
        'forbidden',
        `The key has the role ${role}, which is less than its member’s: it signs nobody in.`,
      );
    }
    await limits.command(caller.keyId);
    return { memberId, opened: await signIn(store, rings, memberId) };
  }

  function sendSession(res: Response, memberId: string, credential: string): void {
    const member = rings.members.get(memberId);
    if (member === undefined) throw new Failure('member_not_found');
    const { id, name, role } = member;
    const answer = { member: { id, name, role }, csrf: csrfOf(credential) };
    res.set('Cache-Control', 'no-store').type('json').send(JSON.stringify(answer));
  }

  async function leaver(req: Request, res: Response): Promise<Leaver> {
    const caller = callerOf(req);
    if (caller.kind !== 'session') throw new Failure('unauthenticated', 'Nobody is signed in here.');
    await limits.command(caller.sessionId);
    parseInput(noQuery, req.query, 'query');
    parseInput(noBody, await readBody(req, res));
    const { memberId, sessionId, name } = caller;
    return { memberId, sessionId, actor: { keyId: sessionId, name, memberId } };
  }

  async function leave(res: Response): Promise<void> {
    await rings.sessions.refresh();
    res.append('Set-Cookie', cookie.clear()).set('Cache-Control', 'no-store').status(204).end();
  }
}

interface Leaver {
  readonly memberId: string;
  readonly sessionId: string;
  readonly actor: Actor;
}

interface SignedIn {
  readonly memberId: string;
  readonly opened: OpenedSession;
}
