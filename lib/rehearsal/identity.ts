/** Who a bearer token belongs to, as a TokenReview says (authentication.k8s.io/v1). */
export interface ReviewedToken {
  readonly authenticated?: boolean;
  readonly user?: { readonly username: string; readonly groups?: readonly string[] };
}

/** An access policy of EKS that stands behind a group of the emulator's. */
export interface AccessPolicy {
  readonly policy: string;
  readonly scope?: string | null;
  readonly namespaces: readonly string[];
}

export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** Begins every token that `aws eks get-token` makes. */
const TOKEN = /^Bearer (k8s-aws-v1\..+)$/;

/** The token of an Authorization header, if it is one of EKS. */
export function eksToken(authorization: string | undefined): string | undefined {
  return TOKEN.exec(authorization ?? '')?.[1];
}

/**
 * Whom the API server is to take a caller for, or undefined when it is nobody.
 *
 * AmazonEKSClusterAdminPolicy for the whole cluster is what system:masters may. Other access policies are RBAC of
 * EKS's own that is not here: they grant nothing, rather than too much.
 */
export function identityOf(
  review: ReviewedToken,
  policies: Readonly<Record<string, AccessPolicy>>,
): Identity | undefined {
  if (review.authenticated !== true || review.user === undefined) return undefined;
  const groups = (review.user.groups ?? []).flatMap((group) => {
    const behind = policies[group];
    const administrates = behind?.policy === 'AmazonEKSClusterAdminPolicy' && behind.scope === 'cluster';
    return administrates ? [group, 'system:masters'] : [group];
  });
  return { user: review.user.username, groups };
}
