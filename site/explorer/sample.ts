import type { GivenBlob } from "../../src/cli/explorer-page.js"
import type { Arguments } from "../../src/layout/parameters.js"
import type { Channel } from "../../src/spice/receiver.js"

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
 * Samples as the page holds them. Each says which of the fates and settings are its, because many have the same; the
 * channel only where its name does not begin with it; and in base64 `*12;` stands for twelve times A, because blobs are
 * full of zeros.
 */
export interface PackedSamples {
  readonly target: string
  readonly fates: readonly Fates[]
  readonly settings: readonly Arguments[]
  readonly samples: readonly PackedSample[]
}

interface PackedSample extends Omit<GivenBlob, "channel" | "settings"> {
  readonly channel?: Channel
  readonly fates: number
  readonly settings: number
}

export const unpacked = ({ target, fates, settings, samples }: PackedSamples): Samples => ({
  target,
  samples: samples.map((sample) => ({
    ...sample,
    channel: sample.channel ?? (sample.name.split("/")[0] as Channel),
    settings: settings[sample.settings] ?? {},
    base64: sample.base64.replace(/\*(\d+);/g, (_, count) => "A".repeat(count)),
    fates: fates[sample.fates] ?? [],
  })),
})
