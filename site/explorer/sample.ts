import type { GivenBlob } from "../../src/cli/explorer-page.js"
import type { Channel } from "../../src/spice/receiver.js"

/** A blob of the corpus, with what it did to a target in the lab. */
export interface Sample extends GivenBlob {
  readonly channel: Channel
  /** Where it comes from, in a few words; empty where the rule says it. */
  readonly source: string
  /** The first rule that it breaks; undefined for a genuine one. */
  readonly rule?: string
  /** What became of targets, such as `killed SIGSEGV`, and in which modes of the lab; the worst one first. */
  readonly fates: readonly (readonly [fate: string, ...modes: string[]])[]
}

export interface Samples {
  /** The programs that the fates are of. */
  readonly target: string
  readonly samples: readonly Sample[]
}
