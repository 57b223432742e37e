/** One way to check the arguments of `migrate`. */
export interface Contender {
  readonly name: string
  /** `copy`: new objects that hold what was checked and nothing else. `verdict`: whether the input itself keeps the rules. */
  readonly gives: "copy" | "verdict"
  /** Checks once: what is timed. */
  readonly run: (input: unknown) => unknown
  readonly accepts: (input: unknown) => boolean
}
