import { type InterpretOptions, interpret, type Reading } from "../layout/interpret.js"
import { type Channel, type ReceiverState, receiverArguments } from "./receiver.js"
import { layoutOf } from "./registry.js"

/** All that the reference interpreter can say of a blob. */
export const readingOf = (
  channel: Channel,
  bytes: Uint8Array,
  receiver: ReceiverState,
  options?: InterpretOptions,
): Reading => interpret(layoutOf(channel), bytes, receiverArguments(receiver, channel), options)
