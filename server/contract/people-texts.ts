const key = {
  id: 'Names the key.',
  name: 'Who holds it, for people.',
  role: '`admin` > `editor` > `contributor` > `reader`: each may do what those after it may.',
  createdAt: 'When it was made.',
  memberId: 'Whose personal key it is; absent: nobody’s.',
  revokedAt: 'When it was revoked.',
};

const member = {
  id: 'Names the member.',
  name: 'The member’s name, which the desk edition shows with what they do.',
  role: '`admin` > `editor` > `contributor`: each may do what those after it may.',
  status: 'Who is suspended comes in by no door.',
  createdAt: 'When they were added.',
  updatedAt: 'When they were last changed.',
};

/** What is asked and answered of keys and people; see `field-texts.ts`. */
export const PEOPLE_TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ApiKey: key,
  KeyList: { keys: 'Every key that ever was, newest first.' },
  NewKey: { key: 'The key.', secret: 'The whole credential, `sl_<id>_<secret>`. It is shown this once.' },
  Member: member,
  MemberList: { members: 'Every member that ever was, newest first.' },
  OneMember: { member: 'The member.' },
  NewMember: { member: 'The member.', signIn: 'A link to sign in with.' },
  SignInLink: { url: 'Opens the console, once.', expiresAt: 'Until when it is good.' },
  OfferedSignIn: { signIn: 'The link.' },
  SignedIn: member,
  Session: { member: 'Who is signed in.', csrf: 'To be sent as `X-CSRF-Token` with each command.' },
  CreateKey: key,
  SignIn: { link: 'The secret of a one-time link.', key: 'A personal key.' },
  CreateMember: member,
  PatchMember: member,
  CreateMemberKey: { name: key.name, role: `${key.role} Absent: the member’s.` },
};
