import { eksToken, identityOf, type AccessPolicy } from '../../lib/rehearsal/identity';

const group = 'berth:policy';
const review = {
  authenticated: true,
  user: { username: 'role/kubectl', groups: ['system:authenticated', group] },
};
const policy = (name: string, scope = 'cluster'): Record<string, AccessPolicy> => ({
  [group]: { policy: name, scope, namespaces: [] },
});

describe('the token of a request', () => {
  test('is what aws eks get-token makes, and nothing else', () => {
    expect(eksToken('Bearer k8s-aws-v1.aHR0cHM')).toBe('k8s-aws-v1.aHR0cHM');
    expect(eksToken('Bearer eyJhbGciOi')).toBeUndefined();
    expect(eksToken('Basic k8s-aws-v1.aHR0cHM')).toBeUndefined();
    expect(eksToken(undefined)).toBeUndefined();
  });
});

describe('who a caller is taken for', () => {
  test('is an administrator with the policy for the whole cluster', () => {
    expect(identityOf(review, policy('AmazonEKSClusterAdminPolicy'))).toEqual({
      user: 'role/kubectl',
      groups: ['system:authenticated', group, 'system:masters'],
    });
  });

  test('is no administrator with that policy for a namespace, with another policy, or with none', () => {
    const groups = ['system:authenticated', group];
    expect(identityOf(review, policy('AmazonEKSClusterAdminPolicy', 'namespace'))?.groups).toEqual(groups);
    expect(identityOf(review, policy('AmazonEKSAdminPolicy'))?.groups).toEqual(groups);
    expect(identityOf(review, {})?.groups).toEqual(groups);
  });

  test('is nobody when the account does not know the token', () => {
    const policies = policy('AmazonEKSClusterAdminPolicy');
    expect(identityOf({ authenticated: false }, policies)).toBeUndefined();
    expect(identityOf({ ...review, authenticated: false }, policies)).toBeUndefined();
    expect(identityOf({}, policies)).toBeUndefined();
  });
});
