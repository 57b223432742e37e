import type { Channel, ReceiverState } from "../../src/index.js"
import { changed, type FieldTable } from "./field-table.js"
import {
  displaySecondHeadTable,
  inputsBaseTable,
  mainBaseTable,
  smartcardBaseTable,
  usbredirBaseTable,
} from "./genuine-tables.js"

/**
 * Blobs that no capture shows. As far as the format's rules let them, fields hold values that differ from each other in
 * every byte, so that exchanged, shortened or misplaced fields cannot go unseen.
 */
interface HandMade {
  readonly title: string
  readonly channel: Channel
  /** What differs from the default receiver. */
  readonly receiver?: Partial<ReceiverState>
  readonly reading: "main" | "displayLossy" | "displayLossless" | "inputs" | "spicevmc" | "smartcard"
  readonly table: FieldTable
}

/** Port 1, 24 bytes: the header of an agent message of type 8 with four bytes of content. */
const agentChunk = [
  0x01, 0x00, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x51, 0x52, 0x53, 0x54,
] as const

const attached = { "agent_base.connected": 1, "agent_base.num_send_tokens": 0xffffffff, client_agent_started: 1 }

const sealed = { provenance: "sealed" } as const

const display = changed(displaySecondHeadTable, {
  message_serial: 0x0807060504030201n,
  pixmap_cache_id: 0x81,
  pixmap_cache_size: 0x1817161514131211n,
  pixmap_cache_freezer: 1,
  "pixmap_cache_clients.0": 0x2827262524232221n,
  "pixmap_cache_clients.1": 0x3837363534333231n,
  "pixmap_cache_clients.2": 0x4847464544434241n,
  "pixmap_cache_clients.3": 0x5857565554535251n,
  glz_dict_id: 0x92,
  "glz.size": 0x01636261,
  "glz.last_image_id": 0x7877767574737271n,
})

/** A surface list behind the fixed part: one row of numbers for each surface, in the order of `names`. */
const surfaces = (names: readonly string[], rows: readonly (readonly number[])[]): FieldTable =>
  rows.flatMap((row, index) =>
    row.map((value, column) => [
      `surfaces.${index}.${names[column]}`,
      84 + 4 * (names.length * index + column),
      4,
      value,
    ]),
  )

const region = ["id", "left", "top", "right", "bottom"]

export const handMadeTables: readonly HandMade[] = [
  {
    title: "main with a queue and seven bytes of a message header",
    channel: "main",
    reading: "main",
    table: [
      ...changed(mainBaseTable, {
        ...attached,
        "agent_base.num_client_tokens": 6,
        "agent_base.write_size": 32,
        "agent_base.write_num_client_tokens": 2,
        "agent_base.write_data_ptr": 65,
        "agent2client.chunk_header_size": 8,
        "agent2client.chunk_header.port": 0x0a0b0c0d,
        "agent2client.chunk_header.size": 0xf1e2d3c4,
        "agent2client.msg_header_partial_len": 7,
        "agent2client.msg_header_ptr": 97,
        "client2agent.msg_remaining": 0x21222324,
        "client2agent.msg_filter_result": 3,
      }),
      ["agent_base.write_data", 65, 32, agentChunk],
      ["agent2client.msg_header", 97, 7, [0x01, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00]],
    ],
  },
  {
    title: "main with an empty queue and all but one byte of a message header",
    channel: "main",
    reading: "main",
    table: [
      ...changed(mainBaseTable, {
        ...attached,
        client_agent_started: 0,
        "agent_base.num_client_tokens": 10,
        "agent2client.chunk_header_size": 8,
        "agent2client.chunk_header.port": 2,
        "agent2client.chunk_header.size": 0x00100000,
        "agent2client.msg_header_partial_len": 19,
        "agent2client.msg_header_ptr": 65,
      }),
      ["agent2client.msg_header", 65, 19, Array.from({ length: 19 }, (_, index) => 0x61 + index)],
    ],
  },
  {
    title: "main in the middle of a message each way",
    channel: "main",
    reading: "main",
    table: changed(mainBaseTable, {
      ...attached,
      "agent_base.num_client_tokens": 4,
      "agent2client.chunk_header_size": 8,
      "agent2client.chunk_header.port": 0x31323334,
      "agent2client.chunk_header.size": 0x41424344,
      "agent2client.msg_header_done": 1,
      "agent2client.msg_remaining": 0x11121314,
      "agent2client.msg_filter_result": 1,
      "client2agent.msg_remaining": 0x21222324,
      "client2agent.msg_filter_result": 3,
    }),
  },
  {
    // Older sources counted their send tokens down, which a receiver that knows nothing of its source has to allow.
    title: "main with counted-down send tokens and five bytes of a chunk header over stale ones",
    channel: "main",
    reading: "main",
    table: changed(mainBaseTable, {
      ...attached,
      "agent_base.num_client_tokens": 10,
      "agent_base.num_send_tokens": 0xfffffef7,
      "agent2client.chunk_header_size": 5,
      "agent2client.chunk_header.port": 0xffeeddcc,
      "agent2client.chunk_header.size": 0xbbaa9988,
    }),
  },
  {
    title: "smartcard with five bytes of a message",
    channel: "smartcard",
    receiver: sealed,
    reading: "smartcard",
    table: [
      ...changed(smartcardBaseTable, { reader_added: 1, read_size: 5, read_data_ptr: 42 }),
      ["vsc_data", 42, 5, [0x00, 0x00, 0x00, 0x07, 0x00]],
    ],
  },
  {
    title: "smartcard with a message header and six of 320 bytes",
    channel: "smartcard",
    receiver: sealed,
    reading: "smartcard",
    table: [
      ...changed(smartcardBaseTable, { reader_added: 1, read_size: 18, read_data_ptr: 42 }),
      ["vsc_header.type", 42, 4, 7, "big-endian"],
      ["vsc_header.reader_id", 46, 4, 2, "big-endian"],
      ["vsc_header.length", 50, 4, 320, "big-endian"],
      ["vsc_data", 54, 6, [0x3b, 0x9f, 0x95, 0x81, 0x31, 0xfe]],
    ],
  },
  {
    title: "smartcard with a queue and all but one byte of a message header",
    channel: "smartcard",
    receiver: sealed,
    reading: "smartcard",
    table: [
      ...changed(smartcardBaseTable, {
        "base.write_size": 16,
        "base.write_num_client_tokens": 1,
        "base.write_data_ptr": 42,
        read_size: 11,
        read_data_ptr: 58,
      }),
      ["base.write_data", 42, 16, [0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 4, 0x00, 0xa4, 0x04, 0x00]],
      ["vsc_data", 58, 11, [0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 2]],
    ],
  },
  {
    title: "display with three lossy surfaces, by its own low_bandwidth_setting",
    channel: "display",
    reading: "displayLossy",
    table: [
      ...changed(display, { low_bandwidth_setting: 1, num_surfaces: 3 }),
      ...surfaces(region, [
        [0, 16, 24, 1040, 792],
        [0x0201, 300, 17, 300, 17],
        [1023, 1, 2, 0x01020304, 0x05060708],
      ]),
    ],
  },
  {
    title: "display with a lossy rectangle below zero",
    channel: "display",
    receiver: { jpegWanCompression: "always" },
    reading: "displayLossy",
    table: [...changed(display, { num_surfaces: 1 }), ...surfaces(region, [[9, -4, -0x01020304, -2, -3]])],
  },
  {
    title: "display with three lossless surfaces, by its own low_bandwidth_setting",
    channel: "display",
    reading: "displayLossless",
    table: [...changed(display, { num_surfaces: 3 }), ...surfaces(["id"], [[3], [0x0201], [1023]])],
  },
  {
    title: "display with a list of no surfaces",
    channel: "display",
    receiver: { jpegWanCompression: "never" },
    reading: "displayLossless",
    table: changed(display, { low_bandwidth_setting: 1 }),
  },
  {
    title: "usbredir with five bytes queued",
    channel: "usbredir",
    receiver: sealed,
    reading: "spicevmc",
    table: [
      ...changed(usbredirBaseTable, {
        "base.write_size": 5,
        "base.write_num_client_tokens": 1,
        "base.write_data_ptr": 33,
      }),
      ["base.write_data", 33, 5, [0x71, 0x72, 0x73, 0x74, 0x75]],
    ],
  },
  {
    title: "inputs with motions to acknowledge",
    channel: "inputs",
    reading: "inputs",
    table: changed(inputsBaseTable, { motion_count: 0x0203 }),
  },
]
