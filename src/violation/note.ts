/** Something worth knowing of an input that is no violation. */
export interface Note {
  readonly path: string
  readonly message: string
}
