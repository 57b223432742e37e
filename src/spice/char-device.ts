import * as L from "../layout/index.js"
import { source } from "./parameters.js"

/** Tokens of a channel that has no flow control: ~0 in C. */
const unlimited = 0xffffffff

/**
 * SpiceMigrateDataCharDevice: 25 bytes inside SVMD, SCMD and MNMD (spice/server/migration-protocol.h). `most` is the
 * channel's maxWriteBytes.
 */
export const charDevice = (most: L.Parameter) =>
  L.struct(
    "The state of the character device behind the channel.",
    {
      version: L.version(1, "The version of this part; 1 is the only one that was ever written."),
      connected: L.boolean("Whether the source had a device and a client on the channel."),
      num_client_tokens: L.u32("What the client may still send before it gets tokens back.", "messages", { unlimited }),
      num_send_tokens: L.u32("What the server may still send before it gets tokens back.", "messages", { unlimited }),
      write_size: L.lengthOf("write_data", "The size of the queue of writes that had not reached the device.").must(
        L.atMost(most),
        {
          id: "char-device/write-size-limit",
          code: "limit-exceeded",
          requirement: "The write queue must not be larger than the receiver's maxWriteBytes for the channel.",
          consequence: "The queue reaches the device as one write; a size from 0x80000000 becomes a negative int.",
          source: "spice-server 0.15.1, char-device.cpp: RedCharDevice::restore, RedCharDevice::write_to_device",
        },
      ),
      write_num_client_tokens: L.u32("How many messages of the client the queue was counted as.", "messages"),
      write_data_ptr: L.pointerTo(
        "write_data",
        L.run(),
        "The queue: whole messages back to back, the first of them possibly partly written.",
      ),
    },
    (base) => [
      {
        id: "char-device/tokens-need-data",
        code: "inconsistent",
        at: base.write_num_client_tokens,
        holds: L.implies(L.below(0, base.write_num_client_tokens), L.below(0, base.write_size)),
        requirement: "A queue that counts messages of the client must hold bytes.",
        consequence: "The tokens are never given back to the client.",
        source: "spice-server 0.15.1, char-device.cpp: RedCharDevice::restore",
      },
    ],
  )

type BaseRefs = L.Refs<ReturnType<typeof charDevice>["fields"]>

/**
 * The rule of the channels that may be without a device: main and smartcard. That the queue counts no messages then
 * follows from char-device/tokens-need-data.
 */
export const unconnectedIsZero = (base: BaseRefs): readonly L.FieldRule[] =>
  L.zeroUnless(L.equal(base.connected, 1), [base.num_client_tokens, base.num_send_tokens, base.write_size], {
    id: "char-device/unconnected-is-zero",
    requirement: "Without a device on the source, every field after connected must be 0.",
    consequence: "The fields are ignored or restored all the same, as the channel pleases.",
    source: "spice-server 0.15.1, char-device.cpp: RedCharDevice::migrate_data_marshall_empty",
  })

/** The rules of the channels without flow control: spicevmc and smartcard. */
export const withoutFlowControl = (base: BaseRefs): readonly L.FieldRule[] => [
  {
    id: "char-device/client-tokens-unlimited",
    code: "out-of-range",
    at: base.num_client_tokens,
    holds: L.implies(L.equal(base.connected, 1), L.equal(base.num_client_tokens, unlimited)),
    requirement: "A channel without flow control must carry 0xffffffff client tokens.",
    consequence: "It is restored into the token count of a channel that does not count.",
    source: "spice-server 0.15.1, char-device.cpp: RedCharDevice::restore",
  },
  {
    id: "char-device/send-tokens-unlimited",
    code: "out-of-range",
    at: base.num_send_tokens,
    holds: L.implies(
      L.equal(base.connected, 1),
      L.implies(L.equal(source, "0.15"), L.equal(base.num_send_tokens, unlimited)),
    ),
    requirement: "A channel without flow control must carry 0xffffffff send tokens when spice-server 0.15 wrote it.",
    consequence: "It is restored into the token count of a channel that does not count.",
    source: "spice-server 0.15.1, char-device.cpp: RedCharDevice::migrate_data_marshall",
  },
]
