/** What the template gives the Lambda of the first image. */
export interface FirstImageProperties {
  /** SSM parameter that holds what runs, as `repository@sha256:…`. */
  readonly ParameterName: string;
  /** URI of the ECR repository the image was pushed to, without tag. */
  readonly RepositoryUri: string;
  /** Tag under which it was pushed: a hash of its source, so it changes with the source. */
  readonly ImageTag: string;
  /** Second tag of the image that was chosen; the same for every source. */
  readonly KeepTag: string;
}
