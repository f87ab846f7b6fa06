import {
  createMemberKeyRequest,
  createMemberRequest,
  patchMemberRequest,
  signInRequest,
} from '../../access/people/member-forms.js';
import { refusedQuery } from '../../oidc/refusals.js';
import { KEY_ID, MEMBER, MEMBER_ID } from '../examples.js';
import type { Operation } from '../operation.js';
import {
  keyListSchema,
  memberListSchema,
  newKeySchema,
  newMemberSchema,
  offeredSignInSchema,
  oneMemberSchema,
  sessionSchema,
  signInWaysSchema,
} from '../people-schemas.js';

const KEY = { id: KEY_ID, name: 'Laptop', role: 'editor', createdAt: '2026-03-01T08:00:00.000Z', memberId: MEMBER_ID };
const SIGN_IN = {
  url: `https://live.example.org/console/#sign-in=si_${MEMBER_ID}_…`,
  expiresAt: '2026-03-02T08:00:00.000Z',
};
const SESSION = {
  member: { id: MEMBER_ID, name: MEMBER.name, role: MEMBER.role },
  csrf: 'rU3mQ9yJb0cVfX2kTn7wZaLs5hGdEoPi1uYtRqWeHjM',
};

export const SESSIONS: readonly Operation[] = [
  {
    id: 'readSignInWays',
    method: 'GET',
    path: '/v1/sign-in',
    group: 'People',
    summary: 'Read what there is to sign in by',
    about:
      'Beside links and keys, which always work. `service` is there where a sign-in service (OpenID Connect) was named.',
    who: 'anyone',
    answers: [
      {
        status: 200,
        text: 'Where signing in by the service begins: an address for a browser to go to.',
        schemas: [signInWaysSchema],
        example: { service: { url: 'https://live.example.org/sign-in/oidc' } },
      },
    ],
  },
  {
    id: 'beginServiceSignIn',
    method: 'GET',
    path: '/sign-in/oidc',
    group: 'People',
    summary: 'Begin to sign in by the sign-in service',
    about: 'For browsers. What they bring back is good once, within ten minutes, in the browser that began.',
    who: 'anyone',
    isPage: true,
    answers: [{ status: 303, text: 'To the service; to the console where none was named.', headers: ['Location'] }],
  },
  {
    id: 'finishServiceSignIn',
    method: 'GET',
    path: '/sign-in/oidc/callback',
    group: 'People',
    summary: 'Come back from the sign-in service',
    about: 'The address to name to the service for that.',
    who: 'anyone',
    isPage: true,
    answers: [
      {
        status: 303,
        text: 'To the console, with the session’s cookie beside it; else to the page that says why not.',
        headers: ['Location', 'Set-Cookie'],
      },
    ],
  },
  {
    id: 'showSignInRefused',
    method: 'GET',
    path: '/sign-in/refused',
    group: 'People',
    summary: 'Why nobody was signed in',
    who: 'anyone',
    isPage: true,
    query: refusedQuery,
    asked: { why: 'no-role' },
    answers: [{ status: 200, text: 'A page.', type: 'text/html' }],
  },
  {
    id: 'signIn',
    method: 'POST',
    path: '/v1/session',
    group: 'People',
    summary: 'Sign in',
    about:
      'By the secret of a one-time link, which is what stands in its address behind `#sign-in=`, or by a personal key. Only for pages of the server itself.',
    who: 'anyone',
    body: { schema: signInRequest, example: { link: `si_${MEMBER_ID}_${'x'.repeat(43)}` } },
    errors: ['no_member', 'forbidden', 'member_suspended'],
    answers: [
      {
        status: 201,
        text: 'Who is signed in, with the session’s cookie beside it.',
        schemas: [sessionSchema],
        example: SESSION,
        headers: ['Set-Cookie'],
      },
    ],
  },
  {
    id: 'readSession',
    method: 'GET',
    path: '/v1/session',
    group: 'People',
    summary: 'Read who is signed in',
    who: 'session',
    answers: [{ status: 200, text: 'Who is signed in.', schemas: [sessionSchema], example: SESSION }],
  },
  {
    id: 'signOut',
    method: 'DELETE',
    path: '/v1/session',
    group: 'People',
    summary: 'Sign out',
    who: 'session',
    answers: [
      { status: 204, text: 'The session has ended, on every instance within seconds.', headers: ['Set-Cookie'] },
    ],
  },
  {
    id: 'signOutEverywhere',
    method: 'DELETE',
    path: '/v1/sessions',
    group: 'People',
    summary: 'Sign out everywhere',
    about: 'Ends all sessions of who is signed in, and the links that would begin one. Personal keys stay.',
    who: 'session',
    answers: [{ status: 204, text: 'They have ended, on every instance within seconds.', headers: ['Set-Cookie'] }],
  },
];

export const MEMBERS: readonly Operation[] = [
  {
    id: 'listMembers',
    method: 'GET',
    path: '/v1/members',
    group: 'People',
    summary: 'List members',
    who: 'editor',
    answers: [
      { status: 200, text: 'All members, newest first.', schemas: [memberListSchema], example: { members: [MEMBER] } },
    ],
  },
  {
    id: 'addMember',
    method: 'POST',
    path: '/v1/members',
    group: 'People',
    summary: 'Add a member',
    about: 'It takes no `Idempotency-Key`: a second answer would need the link to be kept.',
    who: 'admin',
    body: { schema: createMemberRequest, example: { name: MEMBER.name, role: MEMBER.role } },
    errors: ['too_many_members'],
    answers: [
      {
        status: 201,
        text: 'The member, with a link by which they sign in once.',
        schemas: [newMemberSchema],
        example: { member: MEMBER, signIn: SIGN_IN },
        headers: ['Location'],
      },
    ],
  },
  {
    id: 'changeMember',
    method: 'PATCH',
    path: '/v1/members/:memberId',
    group: 'People',
    summary: 'Change a member',
    about:
      'Whatever stays open is closed within seconds when the role or the status changes. Suspending ends sessions, links and personal keys for good.',
    who: 'admin',
    body: { schema: patchMemberRequest, example: { role: 'editor' } },
    answers: [
      { status: 200, text: 'The member as they are now.', schemas: [oneMemberSchema], example: { member: MEMBER } },
    ],
  },
  {
    id: 'inviteMember',
    method: 'POST',
    path: '/v1/members/:memberId/sign-in',
    group: 'People',
    summary: 'Make a link to sign in with',
    about: 'It is good once, for 24 hours. Of the last three, each is.',
    who: 'admin',
    errors: ['member_suspended'],
    answers: [
      {
        status: 201,
        text: 'The link, and the only time that it is shown.',
        schemas: [offeredSignInSchema],
        example: { signIn: SIGN_IN },
      },
    ],
  },
  {
    id: 'listMemberKeys',
    method: 'GET',
    path: '/v1/members/:memberId/keys',
    group: 'People',
    summary: 'List a member’s personal keys',
    who: 'member',
    answers: [{ status: 200, text: 'The keys, without secrets.', schemas: [keyListSchema], example: { keys: [KEY] } }],
  },
  {
    id: 'createMemberKey',
    method: 'POST',
    path: '/v1/members/:memberId/keys',
    group: 'People',
    summary: 'Make a personal key',
    about: 'What it does is the member’s doing. Its role is never more than the member’s, then and later.',
    who: 'member',
    body: { schema: createMemberKeyRequest, example: { name: 'Laptop' } },
    errors: ['too_many_keys', 'member_suspended'],
    answers: [
      {
        status: 201,
        text: 'The key, and the only time that its secret is shown.',
        schemas: [newKeySchema],
        example: { key: KEY, secret: `sl_${KEY_ID}_…` },
        headers: ['Location'],
      },
    ],
  },
  {
    id: 'revokeMemberKey',
    method: 'DELETE',
    path: '/v1/members/:memberId/keys/:keyId',
    group: 'People',
    summary: 'Revoke a personal key',
    who: 'member',
    errors: ['key_not_found'],
    answers: [{ status: 204, text: 'It opens nothing any more, on every instance within seconds.' }],
  },
];
