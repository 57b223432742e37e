import { all, any, channel, equal, implies, not } from "../layout/expression.js"
import { type Layout, type StateOf, struct, zeroUnless } from "../layout/language.js"
import { charDevice, withoutFlowControl } from "./char-device.js"
import { header } from "./header.js"
import { receiver, unvouched } from "./receiver.js"

const fields = { ...header("SVMD"), base: charDevice }

/** SpiceMigrateDataSpiceVmc of usbredir, port and webdav channels (spice/server/migration-protocol.h). */
export const spicevmc: Layout<typeof fields> = {
  format: "spicevmc",
  title: "SpiceMigrateDataSpiceVmc",
  struct: struct("The write queue of a usbredir, port or webdav channel.", fields, ({ base }) => [
    {
      id: "spicevmc/connected",
      code: "inconsistent",
      at: base.connected,
      holds: equal(base.connected, 1),
      requirement: "The channel must be connected: a source without a device has no such channel.",
      consequence: "An assertion of the target fails and ends QEMU.",
    },
    {
      id: "spicevmc/usbredir-queue-vouched-for",
      code: "policy-denied",
      at: base.write_size,
      holds: implies(
        all(unvouched("usbredir-queue"), not(any(equal(channel, "port"), equal(channel, "webdav")))),
        equal(base.write_size, 0),
      ),
      requirement:
        'A usbredir queue that a client relayed must be empty: where the device stands in its stream, the blob does not say. The channel is lost, and its USB devices with it; set accept = ["usbredir-queue"] only for clients that may end the target.',
      consequence:
        "An assertion in QEMU's usb-redir ends the process when 13 bytes or more do not continue what the device was reading.",
    },
    ...withoutFlowControl(base),
    ...zeroUnless(not(equal(receiver("source"), "0.15")), [base.write_num_client_tokens], {
      id: "spicevmc/queue-not-counted",
      requirement: "A queue of this channel must count no messages of the client when spice-server 0.15 wrote it.",
      consequence: "It is restored into the token count of a channel that does not count.",
    }),
  ]),
}

/**
 * The decoded state of a usbredir, port or webdav channel.
 *
 * @since 0.1.0
 */
export interface SpicevmcState extends StateOf<typeof fields> {}
