import type { GivenBlob } from "../../src/cli/explorer-page.js"

/** What became of targets, such as `killed SIGSEGV`, and in which modes of the lab; the worst one first. */
export type Fates = readonly (readonly [fate: string, ...modes: string[]])[]

/** A blob that is offered: of the corpus, with what it did to a target in the lab, or one that the page was given. */
export interface Sample extends GivenBlob {
  readonly fates?: Fates
}

/** The blobs of the corpus that are offered: hostile are those that break a rule. */
export interface Samples {
  /** The programs that the fates are of. */
  readonly target: string
  readonly samples: readonly Sample[]
}

/**
 * Samples as the page holds them. Each says which of the fates are its, because many have the same; and in base64 `*12;`
 * stands for twelve times A, because blobs are full of zeros.
 */
export interface PackedSamples {
  readonly target: string
  readonly fates: readonly Fates[]
  readonly samples: readonly (GivenBlob & { readonly fates: number })[]
}

export const unpacked = ({ target, fates, samples }: PackedSamples): Samples => ({
  target,
  samples: samples.map((sample) => ({
    ...sample,
    base64: sample.base64.replace(/\*(\d+);/g, (_, count) => "A".repeat(count)),
    fates: fates[sample.fates] ?? [],
  })),
})
