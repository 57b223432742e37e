import type { LinkRequest } from "../../session/index.js"
import type { Violation } from "../../violation/violation.js"
import type { Mode } from "../config/configuration.js"

/** What was done with what was judged, or in monitor mode would have been. */
export type Action = "forward" | "reset" | "decline" | "disconnect"

/** Data that was judged, without any of it. */
export interface Judged {
  readonly size: number
  readonly sha256: string
  /** Milliseconds from its last byte to the decision. */
  readonly held: number
  /** Seconds that decoding and encoding took. */
  readonly seconds: number
}

/** What sealing had to do with data. */
export interface Sealing {
  /** `unsealed`: it need not be sealed, and is not. */
  readonly kind: "sealed" | "opened" | "unsealed"
  /** The envelope's id, which both guards tell. */
  readonly envelope?: string
  /** Milliseconds since it was sealed; negative where the clocks of the hosts differ. */
  readonly age?: number
}

/** One decision, as logs and metrics get it. It holds nothing of a payload. */
export interface Verdict {
  readonly mode: Mode
  readonly action: Action
  /** Undefined where the client was refused before it had said what it wants. */
  readonly link: LinkRequest | undefined
  readonly violation: Violation | undefined
  readonly data: Judged | undefined
  readonly sealing?: Sealing | undefined
}
