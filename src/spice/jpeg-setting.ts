import { checkMigrateData } from "./migrate-data.js"
import type { ReceiverState } from "./receiver.js"

/**
 * The setting of jpeg-wan-compression with which a target takes a display's blob that this receiver refuses: the form of its
 * surfaces depends on that alone, and no blob says it. Undefined where it is right for none.
 */
export const rightSetting = (bytes: Uint8Array, receiver: ReceiverState): "always" | "never" | undefined =>
  (["always", "never"] as const).find(
    (jpegWanCompression) => checkMigrateData("display", bytes, { ...receiver, jpegWanCompression }) === undefined,
  )
