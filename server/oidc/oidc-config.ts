import type { MemberRole } from '../access/people/member-forms.js';

/** The sign-in service of the newsroom's organisation (OpenID Connect), and what its claims make of people here. */
export interface OidcConfig {
  /** As in the `iss` of its tokens; its metadata is under it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where readers reach this server: the service sends people back to `…/sign-in/oidc/callback`. */
  readonly home: string;
  /** What is asked for; `openid` is among it. */
  readonly scope: string;
  /** The claim that says what somebody is: a text or a list of texts, by its name or by the path to it. */
  readonly roleClaim: string;
  /** Roles by values of the claim. Who has none of these is refused. */
  readonly roles: ReadonlyMap<string, MemberRole>;
}
