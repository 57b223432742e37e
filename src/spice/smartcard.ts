import * as L from "../layout/index.js"
import { cardHeaderSize, cardMessagesFit } from "./card-queue.js"
import { charDevice, unconnectedIsZero, withoutFlowControl } from "./char-device.js"
import { header } from "./header.js"
import { maxBlobBytes, maxReadBytes, maxWriteBytes, source, unvouched } from "./parameters.js"
import { structure } from "./structure.js"

/** The target's buffer before it grows: an APDU of 270 bytes and a header (spice/server/smartcard.cpp). */
const initialBuffer = 282

/** VSCMsgHeader: 12 bytes, big-endian (libcacard, vscard_common.h). */
const vscMsgHeader = L.struct("The header of the message that the device had begun to send.", {
  type: L.u32be("The kind of message."),
  reader_id: L.u32be("The reader that it is from."),
  length: L.u32be("The size of what follows the header.", "bytes"),
})

const takenApart =
  "QEMU's reader takes a VSC_Init apart wherever it lies in its buffer: at the end of that it turns round the bytes of its own position, reads far outside, and QEMU crashes. What is left of a message lets whatever the client says next be one."

const most = maxReadBytes(
  65548,
  "a header of 12 and 65536, the most that one CCID transfer of QEMU carries. The target allocates what the header announces; 64 MiB did no harm (docs/limits.md)",
)

/** SpiceMigrateDataSmartcard (spice/server/migration-protocol.h). */
export const smartcard = L.layout("smartcard", {
  title: "SpiceMigrateDataSmartcard",
  doc: "The write queue of a smartcard channel and the message that its device had begun to send.",
  limit: maxBlobBytes(42 + 65536 + 65548, "a fixed part, the largest queue and the largest message"),
  checks: structure,
  fields: {
    ...header("SCMD"),
    base: charDevice(
      maxWriteBytes(
        65536,
        "the input buffer of QEMU's ccid-card-passthru, though the host was seen to take 64 MiB without harm",
      ),
    ),
    reader_added: L.boolean("Whether the guest's reader was announced to the client."),
    read_size: L.lengthOf("read_data", "The size of what was read of a message from the device."),
    read_data_ptr: L.pointerTo(
      "read_data",
      L.message(vscMsgHeader),
      "The message as far as it was read; its header is known from 12 bytes on.",
    ),
  },
  rules: ({ base, reader_added, read_size, read_data }) => {
    const headerComplete = L.atMost(cardHeaderSize, read_size)
    const { length } = read_data.header
    return [
      ...unconnectedIsZero(base),
      ...withoutFlowControl(base),
      {
        id: "smartcard/write-queue-holds-message",
        code: "inconsistent",
        at: base.write_size,
        holds: L.implies(L.below(0, base.write_size), L.atMost(cardHeaderSize, base.write_size)),
        requirement: "A write queue must have room for the header of a message.",
        consequence: takenApart,
        source:
          "libcacard, vscard_common.h: VSCMsgHeader; QEMU 10.0, hw/usb/ccid-card-passthru.c: ccid_card_vscard_read",
      },
      {
        id: "smartcard/write-queue-messages",
        code: "inconsistent",
        at: base.write_size,
        holds: L.scanned(base.write_data, cardMessagesFit),
        requirement:
          "The write queue must be whole messages of the types that a server passes on to a reader (VSC_Error to VSC_APDU), from its first byte to its last.",
        consequence: takenApart,
        source:
          "libcacard, vscard_common.h: VSCMsgType; QEMU 10.0, hw/usb/ccid-card-passthru.c: ccid_card_vscard_handle_init",
      },
      ...L.zeroUnless(L.equal(base.connected, 1), [reader_added, read_size], {
        id: "smartcard/unconnected-is-zero",
        requirement: "Without a device on the source, no reader and no partial message can have been written.",
        consequence: "The target ignores them: one state would have many encodings.",
        source: "spice-server 0.15.1, smartcard-channel-client.cpp: SmartCardChannelClient::handle_migrate_data",
      }),
      {
        id: "smartcard/partial-read-vouched-for",
        code: "policy-denied",
        at: read_size,
        holds: L.implies(unvouched("smartcard-partial-read"), L.equal(read_size, 0)),
        requirement:
          'A partly read message that a client relayed must be empty: what the device says next does not continue it unless it is true. QEMU\'s reader leaves none; set accept = ["smartcard-partial-read"] only for clients that may end the target.',
        consequence:
          "The device's next bytes are read behind it: a field that the client chose becomes a length, and what follows is written to freed memory.",
        source: "spice-server 0.15.1, smartcard.cpp: RedCharDeviceSmartcard::read_one_msg_from_device",
      },
      {
        id: "smartcard/read-size-limit",
        code: "limit-exceeded",
        at: read_size,
        holds: L.atMost(read_size, most),
        requirement: "The partial message must not be larger than the receiver's maxReadBytes.",
        consequence: "Its size is bounded by nothing but the frame.",
        source: "spice-server 0.15.1, smartcard.cpp: smartcard_device_restore_partial_read",
      },
      {
        id: "smartcard/message-length-limit",
        code: "limit-exceeded",
        at: length,
        holds: L.implies(headerComplete, L.atMost(L.sum(length, cardHeaderSize), most)),
        requirement: "The announced message and its header must fit the receiver's maxReadBytes.",
        consequence:
          "The target allocates length + 12 bytes in 32 bits: near 2^32 the sum wraps to a few, below it g_realloc may crash QEMU.",
        source: "spice-server 0.15.1, smartcard.cpp: smartcard_read_buf_prepare",
      },
      {
        id: "smartcard/read-fits-buffer",
        code: "inconsistent",
        at: read_size,
        holds: L.implies(
          headerComplete,
          L.atMost(
            read_size,
            L.choose(
              L.below(initialBuffer, length),
              L.larger(2 * initialBuffer, L.sum(length, cardHeaderSize)),
              initialBuffer,
            ),
          ),
        ),
        requirement:
          "The partial message must fit the buffer that the target sizes from its header: 282 bytes, or max(564, length + 12) above that.",
        consequence: "memcpy writes beyond the buffer on the heap.",
        source: "spice-server 0.15.1, smartcard.cpp: smartcard_device_restore_partial_read, smartcard_read_buf_prepare",
      },
      {
        id: "smartcard/message-incomplete",
        code: "inconsistent",
        at: read_size,
        holds: L.implies(
          headerComplete,
          L.implies(L.equal(source, "0.15"), L.not(L.atMost(L.sum(length, cardHeaderSize), read_size))),
        ),
        requirement: "A message that spice-server 0.15 left in its buffer must be incomplete.",
        consequence: "The target finds a whole message where it expects the rest of one.",
        source: "spice-server 0.15.1, smartcard.cpp: RedCharDeviceSmartcard::read_one_msg_from_device",
      },
    ]
  },
})

/**
 * The decoded state of a smartcard channel. `read_data.header` is null until 12 bytes of the message are there.
 *
 * @since 0.1.0
 */
export interface SmartcardState extends L.State<typeof smartcard> {}
