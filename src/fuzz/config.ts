import type { CorpusBlob } from "../corpus.js"
import type { Display } from "./display.js"
import type { Workshop } from "./execution.js"
import type { Findings } from "./finding.js"
import type { Row } from "./rows.js"

/** How much is done. */
export interface Plan {
  /** Processes at once. */
  readonly jobs: number
  /** Seconds for each target, unless it is runs that count. */
  readonly seconds: number
  /** Executions of each target beyond its seeds, always the same ones; what was found before plays no part then. */
  readonly runs?: number | undefined
  /** Where chance begins. */
  readonly seed?: number | undefined
}

/** Where it is done. */
export interface Scene {
  readonly workshop: Workshop
  /** The folder that keeps each target's corpus from run to run. */
  readonly store: string
  /** The folders of corpora that seeds come from. */
  readonly corpora: readonly string[]
  readonly blobs: readonly CorpusBlob[]
  readonly findings: Findings
  readonly displayOf: (rows: () => readonly Row[]) => Promise<Display>
}
