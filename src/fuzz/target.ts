import type { CorpusBlob } from "../corpus.js"
import type { Channel, ReceiverState } from "../spice/receiver.js"

/** What an input of a target stands for, as a reader wants to see it: a blob with the receiver that gets it. */
export interface BlobEvidence {
  readonly kind: "blob"
  readonly channel: Channel
  readonly receiver: ReceiverState
  readonly bytes: Uint8Array
}

/** What an input of a target stands for where that is a text: JSON, an address, a policy. */
export interface TextEvidence {
  readonly kind: "text"
  readonly bytes: Uint8Array
}

export type Evidence = BlobEvidence | TextEvidence

/**
 * What a module `fuzz/<name>.fuzz.ts` exports. Of `src/fuzz` it may import types, and `corpus.ts`: the rest is not
 * there when it runs.
 */
export interface TargetModule {
  /** Throws where the input shows a bug. The fuzzer calls it. */
  readonly fuzz: (data: Uint8Array) => void
  /** The beginnings of paths, such as `src/spice/`, of the code whose coverage guides the fuzzer. */
  readonly underTest: readonly string[]
  /** Whether jazzer.js' bug detectors are on. They cost 20 µs an execution, and find pollution of prototypes. */
  readonly detectors: boolean
  /** Byte strings that the fuzzer may put into inputs. */
  readonly dictionary: readonly Uint8Array[]
  /** The inputs to begin with, in the target's own form. */
  readonly seeds: (corpus: readonly CorpusBlob[]) => Iterable<Uint8Array>
  /** What an input stands for. */
  readonly evidenceOf: (data: Uint8Array) => Evidence
}

/** A target as the runner sees it: built, and not called by it. */
export interface Target extends Omit<TargetModule, "fuzz"> {
  readonly name: string
  /** The folder of the build that it is part of. */
  readonly build: string
  /** What jazzer.js loads of it. */
  readonly module: string
}
