import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { createKey, listKeys, revokeKey } from '../access/api-keys.js';
import { callerOf } from '../access/authenticate.js';
import { keyIdText } from '../access/key-forms.js';
import { createMemberKeyRequest, createMemberRequest, patchMemberRequest } from '../access/people/member-forms.js';
import { createMember, listMembers, readMember } from '../access/people/members.js';
import { changeMember, inviteMember, signInUrl } from '../access/people/membership.js';
import type { OfferedLink } from '../access/people/session-book.js';
import { lesserRole, requireMember, requireRole } from '../access/policy.js';
import type { Rings } from '../access/rings.js';
import { Failure } from '../errors.js';
import type { Limits } from '../limits/limits.js';
import { homeOf } from '../pages/addresses.js';
import type { StoryStore } from '../store/story-store.js';
import { invalidInput } from '../story/input-errors.js';
import { noQuery, parseInput } from '../story/requests.js';
import { memberIdText } from '../story/text-schemas.js';
import { noBody } from './carry-out.js';
import { refuseIdempotencyKey } from './one-time.js';
import { methodNotAllowed } from './problem.js';
import { readBody } from './read-body.js';
import { sendJson } from './send.js';

const memberPath = z.object({ memberId: memberIdText });
const memberKeyPath = z.object({ memberId: memberIdText, keyId: keyIdText });

export interface MemberParts {
  readonly store: StoryStore;
  readonly rings: Rings;
  readonly limits: Limits;
  readonly publicUrl: string | undefined;
}

/** The people of the newsroom, their links to sign in with, and their keys. */
export function memberRoutes({ store, rings, limits, publicUrl }: MemberParts): Router {
  const router = express.Router({ strict: true, caseSensitive: true });

  router
    .route('/v1/members')
    .get(async (req, res) => {
      requireRole(callerOf(req), 'editor');
      parseInput(noQuery, req.query, 'query');
      sendJson(res, JSON.stringify({ members: await listMembers(store) }));
    })
    .post(async (req, res) => {
      const actor = requireRole(callerOf(req), 'admin');
      await limits.command(actor.keyId);
      refuseIdempotencyKey(req);
      parseInput(noQuery, req.query, 'query');
      const member = await createMember(store, parseInput(createMemberRequest, await readBody(req, res)), actor);
      const link = await inviteMember(store, member.id, actor);
      await rings.members.refresh();
      res.status(201).location(`/v1/members/${member.id}`);
      sendOnce(res, { member, signIn: shown(req, link) });
    })
    .all(methodNotAllowed('GET', 'POST'));

  router
    .route('/v1/members/:memberId')
    .patch(async (req, res) => {
      const actor = requireRole(callerOf(req), 'admin');
      await limits.command(actor.keyId);
      const { memberId } = parseInput(memberPath, req.params);
      parseInput(noQuery, req.query, 'query');
      const patch = parseInput(patchMemberRequest, await readBody(req, res));
      const { after } = await changeMember(store, rings, memberId, patch, actor);
      sendOnce(res, { member: after });
    })
    .all(methodNotAllowed('PATCH'));

  router
    .route('/v1/members/:memberId/sign-in')
    .post(async (req, res) => {
      const actor = requireRole(callerOf(req), 'admin');
      await limits.command(actor.keyId);
      refuseIdempotencyKey(req);
      const { memberId } = parseInput(memberPath, req.params);
      parseInput(noQuery, req.query, 'query');
      parseInput(noBody, await readBody(req, res));
      sendOnce(res.status(201), { signIn: shown(req, await inviteMember(store, memberId, actor)) });
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/v1/members/:memberId/keys')
    .get(async (req, res) => {
      const { memberId } = parseInput(memberPath, req.params);
      requireMember(callerOf(req), memberId);
      parseInput(noQuery, req.query, 'query');
      await readMember(store, memberId);
      sendJson(res, JSON.stringify({ keys: await listKeys(store, memberId) }));
    })
    .post(async (req, res) => {
      const { memberId } = parseInput(memberPath, req.params);
      const actor = requireMember(callerOf(req), memberId);
      await limits.command(actor.keyId);
      refuseIdempotencyKey(req);
      parseInput(noQuery, req.query, 'query');
      const { name, role: wanted } = parseInput(createMemberKeyRequest, await readBody(req, res));
      const member = await readMember(store, memberId);
      if (member.status !== 'active') throw new Failure('member_suspended');
      const role = wanted ?? member.role;
      requireRole(callerOf(req), role);
      if (lesserRole(role, member.role) !== role) {
        throw invalidInput([{ field: 'role', message: `must not be more than the member’s, ${member.role}` }]);
      }
      const { key, credential } = await createKey(store, { name, role, memberId }, actor);
      await rings.keys.refresh();
      res.status(201).location(`/v1/members/${memberId}/keys/${key.id}`);
      sendOnce(res, { key, secret: credential });
    })
    .all(methodNotAllowed('GET', 'POST'));

  router
    .route('/v1/members/:memberId/keys/:keyId')
    .delete(async (req, res) => {
      const { memberId, keyId } = parseInput(memberKeyPath, req.params);
      const actor = requireMember(callerOf(req), memberId);
      await limits.command(actor.keyId);
      parseInput(noQuery, req.query, 'query');
      parseInput(noBody, await readBody(req, res));
      await revokeKey(store, keyId, actor, memberId);
      await rings.keys.refresh();
      res.set('Cache-Control', 'no-store').status(204).end();
    })
    .all(methodNotAllowed('DELETE'));

  return router;

  function shown(req: Request, link: OfferedLink) {
    return { url: signInUrl(homeOf(req, publicUrl), link), expiresAt: link.expiresAt };
  }
}

/** What holds a secret, or may be another a moment later. */
function sendOnce(res: Response, answer: object): void {
  res.set('Cache-Control', 'no-store').type('json').send(JSON.stringify(answer));
}
