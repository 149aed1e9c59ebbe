import { names } from '../config/names';
import type { PushedImages } from '../server/first-image/pushed-images';
import { messageOf, UserError } from '../terminal/user-error';

/**
 * Keeps images in the repository of releases, by the tag that its lifecycle looks for. Others are not its to keep: the
 * first image of an account, say, which has a tag of its own.
 */
export function keptIn(images: Pick<PushedImages, 'keep'>): (image: string) => Promise<void> {
  return async (image) => {
    try {
      await images.keep(image, names.repository, names.releaseTag);
    } catch (error) {
      throw new UserError(
        `${image} cannot be kept from expiring, so nothing is released: ${messageOf(error)}\n` +
          `  fix: whoever releases needs ecr:BatchGetImage and ecr:PutImage on the repository ${names.repository}; ` +
          `the pipeline gets both with: npx cdk deploy ${names.stacks.pipeline}`,
        { cause: error },
      );
    }
  };
}
