import type { ReceiverState } from "../spice/receiver.js"

/** What a session judges by: read with each event, so that what changes meanwhile counts from then on. */
export interface SessionOptions {
  /** What the receiver of the data is; its limits on blobs hold for what a header announces. */
  readonly receiver?: ReceiverState
  /**
   * Whether a machine may be on its way to the server. Default false: spice-server acknowledges a migration whether it
   * awaits one or not, and crashes on its data if not. Without one a migration is declined: it goes on, not seamlessly.
   */
  readonly awaitsMachine?: boolean
  /** Whether decisions are only told, as in a relay's monitor mode: nothing waits, and what is refused goes on. Default false. */
  readonly observes?: boolean
}
