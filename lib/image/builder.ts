/** Where a long command reports: all of it in the log, each line to `onLine`. */
export interface Reporting {
  readonly log: string;
  readonly onLine: (line: string) => void;
}

export interface BuildRequest {
  /** Folder whose files the Dockerfile copies. */
  readonly context: string;
  /** Name the image gets in the builder's own store. */
  readonly reference: string;
  readonly platform: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** Use the image `by` wherever the Dockerfile says `image`. Default: as the Dockerfile says. */
  readonly substitute?: { readonly image: string; readonly by: string };
}

/** A program that builds images from Dockerfiles, and its store of images. */
export interface Builder {
  readonly name: 'docker' | 'buildah';
  /** Whether the store holds the image, and under that name the real one and not a stand-in. */
  has(image: string): Promise<boolean>;
  pull(image: string, reporting: Reporting): Promise<void>;
  /** Builds `context`/Dockerfile, with times fixed as far as the builder can. */
  build(request: BuildRequest, reporting: Reporting): Promise<void>;
  /** Writes the image into a docker-archive. */
  save(reference: string, archive: string): Promise<void>;
  /** Names of the images of one repository in the store. */
  list(repository: string): Promise<string[]>;
  /** Takes an image away, if it is there. */
  remove(reference: string): Promise<void>;
  /** Takes away what builds left half done. Only while no other build runs. */
  tidy(): Promise<void>;
}
