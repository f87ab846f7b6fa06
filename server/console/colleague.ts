/** Somebody who is a member, as `GET /v1/members` tells of them. */
export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly role: 'contributor' | 'editor' | 'admin';
  readonly status: 'active' | 'suspended';
  readonly createdAt: string;
}
