import { MEMBER_ROLES, type MemberRole } from '../access/people/member-forms.js';
import { ConfigError } from '../config-error.js';
import type { OidcConfig } from './oidc-config.js';

/** The `OIDC_` settings as they were given. */
export interface OidcSettings {
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly roles: string | undefined;
  readonly roleClaim: string;
  readonly scope: string;
}

/** `undefined` where none of those is set that go together. */
export function readOidcSettings(settings: OidcSettings, publicUrl: string | undefined): OidcConfig | undefined {
  const { issuer, clientId, clientSecret, roles, roleClaim, scope } = settings;
  const together = {
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: clientId,
    OIDC_CLIENT_SECRET: clientSecret,
    OIDC_ROLES: roles,
  };
  const missing = Object.entries(together).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === 4) return undefined;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined || roles === undefined) {
    throw new ConfigError(`${missing.join(', ')} not set: the OIDC_ settings go together.`);
  }
  if (publicUrl === undefined) {
    throw new ConfigError('PUBLIC_URL not set: a sign-in service has to know where to send people back to.');
  }
  if (!isIssuer(issuer)) {
    throw new ConfigError('OIDC_ISSUER is not valid. It is an https: URL; http: is for this machine only.');
  }
  return { issuer, clientId, clientSecret, home: publicUrl, scope, roleClaim, roles: readRoles(roles) };
}

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  if (search !== '' || hash !== '' || username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname));
}

/** `desk-admins=admin,desk=editor`; a value of the claim may hold `=` itself. */
function readRoles(text: string): ReadonlyMap<string, MemberRole> {
  const pairs = text.split(',').map((part): [string, MemberRole] => {
    const at = part.lastIndexOf('=');
    const value = part.slice(0, at).trim();
    const role = MEMBER_ROLES.find((known) => known === part.slice(at + 1).trim());
    if (at < 1 || value === '' || role === undefined) {
      throw new ConfigError(
        `OIDC_ROLES is not valid. It is a list such as desk-admins=admin,desk=editor, of the roles ${MEMBER_ROLES.join(', ')}.`,
      );
    }
    return [value, role];
  });
  return new Map(pairs);
}
