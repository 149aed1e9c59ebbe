import { contract } from '../contract';

/** Names that people, commands and the pipeline use. Each is fixed: a new one would be a second installation. */
export const names = {
  stacks: {
    platform: 'berth-platform',
    image: 'berth-image',
    server: 'berth-server',
    pipeline: 'berth-pipeline',
  },
  cluster: 'berth',
  pipeline: 'berth',
  /** CodeBuild projects. Their logs and reports are under these names. */
  projects: { build: 'berth-build', release: 'berth-release' },
  /** The pipeline's way to the source, where it makes one. */
  connection: 'berth',
  /** ECR repository of the server's image. */
  repository: 'berth',
  /** How tags begin by which an image in that repository is kept: see `imageRepository`. */
  releaseTag: 'release-',
  /** SSM parameter that holds what runs, as `repository@sha256:…`. Written by releases, read by CloudFormation. */
  imageParameter: '/berth/image',
  namespace: contract.name,
  /** gp3, encrypted; made by the platform, named by the volume claims, so it can never change. */
  storageClass: 'berth-gp3',
} as const;
