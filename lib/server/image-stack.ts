import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { names } from '../config/names';
import type { Settings } from '../config/settings';
import type { PlatformStack } from '../platform/platform-stack';
import { FirstImage } from './first-image/first-image';

export interface ImageStackProps extends StackProps {
  readonly settings: Settings;
  readonly platform: PlatformStack;
}

/**
 * Which image runs. In a stack before the server's, because CloudFormation reads a parameter of the Parameter Store
 * before it makes anything of the stack that uses it.
 */
export class ImageStack extends Stack {
  constructor(scope: Construct, id: string, props: ImageStackProps) {
    super(scope, id, props);
    new FirstImage(this, 'FirstImage', {
      parameterName: names.imageParameter,
      architecture: props.settings.architecture,
      releases: props.platform.repository,
    });
  }
}
