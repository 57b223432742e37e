import { atMost } from "../layout/expression.js"
import { type Layout, type StateOf, struct, u16 } from "../layout/language.js"
import { header } from "./header.js"
import { receiver } from "./receiver.js"

const fields = {
  ...header("ICMD"),
  motion_count: u16("Mouse motions that the source had not acknowledged yet.", "messages"),
}

/** SpiceMigrateDataInputs (spice/server/migration-protocol.h). */
export const inputs: Layout<typeof fields> = {
  format: "inputs",
  title: "SpiceMigrateDataInputs",
  struct: struct("The count of unacknowledged mouse motions.", fields, (blob) => [
    {
      id: "inputs/motion-count-limit",
      code: "limit-exceeded",
      at: blob.motion_count,
      holds: atMost(blob.motion_count, receiver("maxMotionCount")),
      requirement: "The motion count must not exceed the receiver's maxMotionCount.",
      consequence: "The target sends one ack message for every 4 motions counted.",
    },
  ]),
}

/**
 * The decoded state of an inputs channel.
 *
 * @since 0.1.0
 */
export interface InputsState extends StateOf<typeof fields> {}
