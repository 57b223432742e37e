import * as L from "../layout/index.js"
import { charDevice, withoutFlowControl } from "./char-device.js"
import { header } from "./header.js"
import { channelOf, maxBlobBytes, maxWriteBytes, source, unvouched } from "./parameters.js"
import { structure } from "./structure.js"

const mebibyte = 0x100000

/** `spicevmc` where it is not known which of its three a blob is for. */
const channel = channelOf(["usbredir", "port", "webdav", "spicevmc"], "spicevmc")

/** SpiceMigrateDataSpiceVmc of usbredir, port and webdav channels (spice/server/migration-protocol.h). */
export const spicevmc = L.layout("spicevmc", {
  title: "SpiceMigrateDataSpiceVmc",
  doc: "The write queue of a usbredir, port or webdav channel.",
  limit: maxBlobBytes(33 + mebibyte, "a fixed part and the largest queue"),
  checks: structure,
  fields: {
    ...header("SVMD"),
    base: charDevice(
      maxWriteBytes(
        mebibyte,
        "1 MiB, for one byte more of what its parser does not understand crashes QEMU 7.2 on usbredir; the others were seen to take 64 MiB without harm (docs/limits.md)",
      ),
    ),
  },
  rules: ({ base }) => [
    {
      id: "spicevmc/connected",
      code: "inconsistent",
      at: base.connected,
      holds: L.equal(base.connected, 1),
      requirement: "The channel must be connected: a source without a device has no such channel.",
      consequence: "An assertion of the target fails and crashes QEMU.",
      source: "spice-server 0.15.1, char-device.cpp: RedCharDevice::restore",
    },
    {
      id: "spicevmc/usbredir-queue-vouched-for",
      code: "policy-denied",
      at: base.write_size,
      holds: L.implies(
        L.all(unvouched("usbredir-queue"), L.not(L.any(L.equal(channel, "port"), L.equal(channel, "webdav")))),
        L.equal(base.write_size, 0),
      ),
      requirement:
        'A usbredir queue that a client relayed must be empty: where the device stands in its stream, the blob does not say. The channel is lost, and its USB devices with it; set accept = ["usbredir-queue"] only for clients that may end the target.',
      consequence:
        "An assertion in QEMU's usb-redir ends the process when 13 bytes or more do not continue what the device was reading.",
      source: "QEMU 7.2, hw/usb/redirect.c: usbredir_chardev_read; measured (docs/exposure.md)",
    },
    ...withoutFlowControl(base),
    ...L.zeroUnless(L.not(L.equal(source, "0.15")), [base.write_num_client_tokens], {
      id: "spicevmc/queue-not-counted",
      requirement: "A queue of this channel must count no messages of the client when spice-server 0.15 wrote it.",
      consequence: "It is restored into the token count of a channel that does not count.",
      source: "spice-server 0.15.1, spicevmc.cpp: VmcChannelClient::alloc_recv_buf",
    }),
  ],
})

/**
 * The decoded state of a usbredir, port or webdav channel.
 *
 * @since 0.1.0
 */
export interface SpicevmcState extends L.State<typeof spicevmc> {}
