import type { Stacks } from '../account/stacks';
import { names } from '../config/names';
import type { ImageParameter } from '../server/first-image/image-parameter';
import { UserError } from '../terminal/user-error';
import type { ImageDeclaration } from './declaration';

/** Longest that CloudFormation may take to apply a template: its Lambda for kubectl ends after 15 minutes. */
const UPDATE_SECONDS = 960;

/**
 * The image stands in an SSM parameter, which CloudFormation reads when it updates the server's stack. That stack
 * applies the StatefulSet and stays the one owner of its template.
 */
export function declaredInAccount(parameter: ImageParameter, stacks: Stacks): ImageDeclaration {
  const stack = names.stacks.server;
  const applied = async (): Promise<string> => {
    const { Image: image } = await stacks.outputs(stack);
    if (image !== undefined) return image;
    throw new UserError(`${stack} has no output Image\n  fix: npx cdk deploy ${stack}`);
  };
  return {
    name: 'the account',

    async current() {
      await stacks.assertAtRest(stack);
      const [declared, image] = await Promise.all([parameter.read(), applied()]);
      if (declared === image) return image;
      throw new UserError(
        `the parameter ${names.imageParameter} says ${declared ?? '(nothing)'}, and ${stack} has applied ${image}; ` +
          'no release is recorded that would explain it\n' +
          `  fix: aws ssm put-parameter --name ${names.imageParameter} --overwrite --value ${image}\n` +
          `  or, to apply what the parameter says without a release: npx cdk deploy ${stack}`,
      );
    },

    async declare(image, detail) {
      // What an interrupted call began goes on without it; CloudFormation takes one update at a time.
      await stacks.untilEnded(stack, UPDATE_SECONDS, detail);
      await stacks.assertAtRest(stack);
      // The parameter first: whoever comes after an interruption finds there what the template was to become.
      const before = await parameter.read();
      if (before !== image) await parameter.write(image, before);
      const updated = await stacks.updateInPlace(stack, UPDATE_SECONDS, detail);
      const now = await applied();
      if (now !== image) {
        throw new UserError(
          `${stack} was updated and has applied ${now}, not ${image}: somebody else deploys it`,
        );
      }
      detail(updated ? `${names.imageParameter} and ${stack} updated` : `${stack} had applied it already`);
    },
  };
}
