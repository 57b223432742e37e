import { defaultReceiver, type ReceiverState } from "../spice/receiver.js"

/** The options that say what the receiver of a blob is. */
export interface ReceiverOptions {
  readonly jpegWanCompression: ReceiverState["jpegWanCompression"]
  readonly sealed?: boolean
}

/** The receiver that options say; what they leave open is the default. */
export const receiverOfOptions = ({ jpegWanCompression, sealed = false }: ReceiverOptions): ReceiverState => ({
  ...defaultReceiver,
  jpegWanCompression,
  provenance: sealed ? "sealed" : "relayed",
})
