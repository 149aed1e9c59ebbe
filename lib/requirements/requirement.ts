/** Something that must be on this machine for a command to work. */
export interface Requirement {
  /** What it is called where people look for it: a command, mostly. */
  readonly name: string;
  readonly found: boolean;
  /** What needs it. */
  readonly why: string;
  /** Debian package that brings it, where there is one; several are separated by spaces. */
  readonly debianPackage?: string;
}
