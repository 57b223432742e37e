import { type Layout, type StateOf, struct } from "../schema/language.js"
import { alwaysConnected, charDevice, withoutFlowControl } from "./char-device.js"
import { header } from "./header.js"

const fields = { ...header("SVMD"), base: charDevice }

/** SpiceMigrateDataSpiceVmc of usbredir, port and webdav channels (spice/server/migration-protocol.h). */
export const spicevmc: Layout<typeof fields> = {
  format: "spicevmc",
  title: "SpiceMigrateDataSpiceVmc",
  doc: "The write queue of a usbredir, port or webdav channel.",
  struct: struct("The whole blob.", fields, ({ base }) => [
    alwaysConnected(base.connected),
    ...withoutFlowControl(base),
  ]),
}

/**
 * The decoded state of a usbredir, port or webdav channel.
 *
 * @since 0.1.0
 */
export interface SpicevmcState extends StateOf<typeof fields> {}
