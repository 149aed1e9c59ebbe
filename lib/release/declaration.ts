/**
 * Where it stands which image the set is to run, above the cluster itself: an account's SSM parameter and stack, or
 * the installation of this checkout. The one owner of the StatefulSet's template; a release changes the template
 * through it and in no other way.
 */
export interface ImageDeclaration {
  /** What people call it, for messages. */
  readonly name: string;
  /**
   * The image declared now.
   * @throws UserError the places that hold it are at work, or disagree and no release is recorded that explains it
   */
  current(): Promise<string>;
  /**
   * Declares the image everywhere, down to the template in the cluster, and returns when it stands there. Repeating
   * it is harmless, and repairs what an interrupted call left.
   * @throws UserError why it could not be declared, in the words of whoever refused it
   */
  declare(image: string, detail: (text: string) => void): Promise<void>;
}
