import type { GivenBlob } from "../../src/cli/explorer-page.js"

/** A blob that is offered: of the corpus, with what it did to a target in the lab, or one that the page was given. */
export interface Sample extends GivenBlob {
  /** What became of targets, such as `killed SIGSEGV`, and in which modes of the lab; the worst one first. */
  readonly fates?: readonly (readonly [fate: string, ...modes: string[]])[]
}

/** The blobs of the corpus that are offered: hostile are those that break a rule. */
export interface Samples {
  /** The programs that the fates are of. */
  readonly target: string
  readonly samples: readonly Sample[]
}
