import type { Attributes, Authorizer } from '../auth/rbac.ts';
import type { Tokens, User } from '../auth/user.ts';
import { type Fields, fieldAt, isFields } from '../object.ts';

/** The kinds that are questions: they are answered at once and kept nowhere. */
export interface ReviewContext {
  readonly authorizer: Authorizer;
  readonly tokens: Tokens;
  readonly user: User;
}

/** The answer to a review, or `undefined` for kinds that are none. */
export function answerReview(
  kind: string,
  body: Fields,
  context: ReviewContext,
): Fields | undefined {
  const spec = isFields(body['spec']) ? body['spec'] : {};
  switch (kind) {
    case 'SelfSubjectAccessReview':
      return withStatus(body, accessStatus(spec, context.user, context.authorizer));
    case 'SubjectAccessReview':
    case 'LocalSubjectAccessReview':
      return withStatus(body, accessStatus(spec, subjectOf(spec), context.authorizer));
    case 'SelfSubjectRulesReview':
      return withStatus(body, rulesStatus(spec, context));
    case 'SelfSubjectReview':
      return withStatus(body, { userInfo: userInfo(context.user) });
    case 'TokenReview':
      return withStatus(body, tokenStatus(spec, context.tokens));
    default:
      return undefined;
  }
}

function withStatus(body: Fields, status: Fields): Fields {
  return { ...body, metadata: body['metadata'] ?? { creationTimestamp: null }, status };
}

function accessStatus(spec: Fields, user: User, authorizer: Authorizer): Fields {
  const { allowed, reason } = authorizer.decide(user, attributesOf(spec));
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function attributesOf(spec: Fields): Attributes {
  const path = fieldAt(spec, 'nonResourceAttributes.path');
  if (path !== undefined) {
    return { verb: text(spec, 'nonResourceAttributes.verb'), path: String(path) };
  }
  return {
    verb: text(spec, 'resourceAttributes.verb'),
    group: text(spec, 'resourceAttributes.group'),
    resource: text(spec, 'resourceAttributes.resource'),
    subresource: text(spec, 'resourceAttributes.subresource') || undefined,
    namespace: text(spec, 'resourceAttributes.namespace') || undefined,
    name: text(spec, 'resourceAttributes.name') || undefined,
  };
}

function subjectOf(spec: Fields): User {
  const groups = spec['groups'];
  return { name: text(spec, 'user'), groups: Array.isArray(groups) ? groups.map(String) : [] };
}

function rulesStatus(spec: Fields, { authorizer, user }: ReviewContext): Fields {
  const rules = authorizer.rulesFor(user, text(spec, 'namespace'));
  return {
    resourceRules: rules.filter(({ resources }) => resources !== undefined),
    nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined),
    incomplete: false,
  };
}

function tokenStatus(spec: Fields, tokens: Tokens): Fields {
  const user = tokens.userOf(text(spec, 'token'));
  return user ? { authenticated: true, user: userInfo(user) } : { user: {} };
}

function userInfo({ name, uid, groups }: User): Fields {
  return { username: name, ...(uid === undefined ? {} : { uid }), groups };
}

function text(fields: Fields, path: string): string {
  return String(fieldAt(fields, path) ?? '');
}
