import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import {
  type Channel,
  type DecodeOptions,
  type DisplayState,
  decodeMigrateData,
  defaultReceiver,
  encodeMigrateData,
  type InputsState,
  type MainState,
  type MigrateData,
  type ReceiverState,
  type SmartcardState,
  type SpicevmcState,
} from "../../src/index.js"
import {
  displayBaseTable,
  displayLosslessTable,
  displaySecondHeadTable,
  type FieldTable,
  type FieldValue,
  inputsBaseTable,
  mainAgentTable,
  mainBaseTable,
  smartcardBaseTable,
  usbredirBaseTable,
} from "./genuine-tables.js"
import {
  type ReadCharDevice,
  type ReadDisplay,
  type ReadInputs,
  type ReadLosslessSurface,
  type ReadLossySurface,
  type ReadMain,
  type ReadSmartcard,
  type ReadSpicevmc,
  readDisplayLossless,
  readDisplayLossy,
  readInputs,
  readMain,
  readSmartcard,
  readSpicevmc,
} from "./independent-read.js"

// What the state should hold, given what the independent reader saw.

const baseState = (read: ReadCharDevice): SpicevmcState["base"] => ({
  connected: read.connected === 1,
  num_client_tokens: read.num_client_tokens,
  num_send_tokens: read.num_send_tokens,
  write_num_client_tokens: read.write_num_client_tokens,
  write_data: read.write_data,
})

const filterState = (read: number): MainState["client2agent"]["msg_filter_result"] => {
  if (read === 0) return "ok"
  if (read === 1) return "discard"
  if (read === 3) return "monitors-config"
  throw new Error(`no server stores the filter result ${read}`)
}

const mainState = (read: ReadMain): MainState => ({
  agent_base: baseState(read.agent_base),
  client_agent_started: read.client_agent_started === 1,
  agent2client: {
    chunk_header_size: read.agent2client.chunk_header_size,
    chunk_header: { port: read.agent2client.chunk_header.port, size: read.agent2client.chunk_header.size },
    msg_header_done: read.agent2client.msg_header_done === 1,
    msg_header: read.agent2client.msg_header,
    msg_remaining: read.agent2client.msg_remaining,
    msg_filter_result: filterState(read.agent2client.msg_filter_result),
  },
  client2agent: {
    msg_remaining: read.client2agent.msg_remaining,
    msg_filter_result: filterState(read.client2agent.msg_filter_result),
  },
})

const displayState = (read: ReadDisplay<unknown>, surfaces: DisplayState["surfaces"]): DisplayState => ({
  message_serial: read.message_serial,
  low_bandwidth_setting: read.low_bandwidth_setting === 1,
  pixmap_cache_id: read.pixmap_cache_id,
  pixmap_cache_size: read.pixmap_cache_size,
  pixmap_cache_freezer: read.pixmap_cache_freezer === 1,
  pixmap_cache_clients: read.pixmap_cache_clients,
  glz_dict_id: read.glz_dict_id,
  glz: { size: read.glz.size, max_encoders: read.glz.max_encoders, last_image_id: read.glz.last_image_id },
  surfaces,
})

const displayLossyState = (read: ReadDisplay<ReadLossySurface>): DisplayState =>
  displayState(read, {
    kind: "lossy",
    columns: Int32Array.from([
      ...read.surfaces.map((surface) => surface.id),
      ...read.surfaces.map((surface) => surface.left),
      ...read.surfaces.map((surface) => surface.top),
      ...read.surfaces.map((surface) => surface.right),
      ...read.surfaces.map((surface) => surface.bottom),
    ]),
  })

const displayLosslessState = (read: ReadDisplay<ReadLosslessSurface>): DisplayState =>
  displayState(read, { kind: "lossless", columns: Int32Array.from(read.surfaces, (surface) => surface.id) })

const inputsState = (read: ReadInputs): InputsState => ({ motion_count: read.motion_count })

const spicevmcState = (read: ReadSpicevmc): SpicevmcState => ({ base: baseState(read.base) })

const smartcardState = (read: ReadSmartcard): SmartcardState => ({
  base: baseState(read.base),
  reader_added: read.reader_added === 1,
  read_data: { header: read.vsc_header, data: read.vsc_data },
})

interface Reading {
  /** The independent reader's object. */
  readonly read: (bytes: Uint8Array) => object
  /** The state that follows from it. */
  readonly state: (bytes: Uint8Array) => object
}

const reading = <R extends object>(read: (bytes: Uint8Array) => R, state: (read: R) => object): Reading => ({
  read,
  state: (bytes) => state(read(bytes)),
})

const asMain = reading(readMain, mainState)
const asDisplayLossy = reading(readDisplayLossy, displayLossyState)
const asDisplayLossless = reading(readDisplayLossless, displayLosslessState)
const asInputs = reading(readInputs, inputsState)
const asSpicevmc = reading(readSpicevmc, spicevmcState)
const asSmartcard = reading(readSmartcard, smartcardState)

// Comparing by path, so that a failure names the field.

type Leaves = Readonly<Record<string, unknown>>

const typeOf = (value: Uint8Array | Uint32Array | Int32Array): string => {
  if (value instanceof Uint8Array) return "bytes"
  return value instanceof Uint32Array ? "u32" : "i32"
}

/** Path to value for everything below; an array of numbers of one width is one leaf that says which width. */
const leavesOf = (value: unknown, path = ""): Leaves => {
  if (value instanceof Uint8Array || value instanceof Uint32Array || value instanceof Int32Array) {
    return { [path]: [typeOf(value), ...value] }
  }
  if (typeof value !== "object" || value === null) return { [path]: value }
  const leaves: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(value)) {
    Object.assign(leaves, leavesOf(part, path === "" ? name : `${path}.${name}`))
  }
  return leaves
}

/** The leaves that stand for bytes: not the empty queues and not the header that has not arrived. */
const occupiedLeavesOf = (read: object): Leaves =>
  Object.fromEntries(
    Object.entries(leavesOf(read)).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 1),
    ),
  )

const tableLeavesOf = (table: FieldTable): Leaves =>
  Object.fromEntries(table.map(([name, , , value]) => [name, Array.isArray(value) ? ["bytes", ...value] : value]))

/** The bytes that a table's value stands for, worked out without any view. */
const bytesOfValue = (value: FieldValue, size: number): readonly number[] => {
  if (typeof value === "string") return Array.from(value, (letter) => letter.charCodeAt(0))
  if (typeof value !== "number" && typeof value !== "bigint") return value
  let rest = BigInt(value)
  const bytes: number[] = []
  for (let i = 0; i < size; i++) {
    bytes.push(Number(rest % 256n))
    rest /= 256n
  }
  if (rest !== 0n) throw new RangeError(`${value} does not fit ${size} bytes`)
  return bytes
}

const decoded = <C extends Channel>(
  channel: C,
  bytes: Uint8Array,
  receiver: ReceiverState,
  options?: DecodeOptions,
): MigrateData<C> => {
  const result = decodeMigrateData(channel, bytes, receiver, options)
  if (result._tag === "Left") throw new Error(`refused: ${result.left.map((violation) => violation.rule).join(", ")}`)
  return result.right
}

const encoded = <C extends Channel>(channel: C, state: MigrateData<C>, receiver: ReceiverState): Uint8Array => {
  const result = encodeMigrateData(channel, state, receiver)
  if (result._tag === "Left") throw new Error(`refused: ${result.left.map((violation) => violation.rule).join(", ")}`)
  return result.right
}

const fill = 0xa5

/** The blob inside a larger buffer of other bytes. */
const placedAt = (offset: number, bytes: Uint8Array): Uint8Array => {
  const outer = new Uint8Array(offset + bytes.length + 5).fill(fill)
  outer.set(bytes, offset)
  return outer.subarray(offset, offset + bytes.length)
}

const placedInBuffer = (bytes: Uint8Array): Buffer => {
  const placed = placedAt(3, bytes)
  return Buffer.from(placed.buffer, placed.byteOffset, placed.byteLength)
}

const placements: readonly (readonly [name: string, place: (bytes: Uint8Array) => Uint8Array])[] = [
  ["in an array of its own", (bytes) => Uint8Array.from(bytes)],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(
    (offset) => [`at offset ${offset} of a larger buffer`, (bytes: Uint8Array) => placedAt(offset, bytes)] as const,
  ),
  ["in a Node Buffer", (bytes) => Buffer.from(bytes)],
  ["in a Node Buffer over offset 3 of a larger one", placedInBuffer],
]

const byteFieldsOf = (value: unknown): readonly Uint8Array[] => {
  if (value instanceof Uint8Array) return [value]
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return []
  return Object.values(value).flatMap(byteFieldsOf)
}

interface Sample {
  readonly title: string
  readonly channel: Channel
  readonly receiver: ReceiverState
  readonly bytes: Uint8Array
  readonly reading: Reading
}

/** What holds for every well-formed blob, captured or made by hand. */
const describeDecoding = ({ channel, receiver, bytes, reading }: Sample): void => {
  test("decodes to the state that the independent reader saw", () => {
    const state = decoded(channel, Uint8Array.from(bytes), receiver)
    expect(leavesOf(state)).toStrictEqual(leavesOf(reading.state(bytes)))
  })

  test("encodes the decoded state back to identical bytes", () => {
    const state = decoded(channel, Uint8Array.from(bytes), receiver)
    expect([...encoded(channel, state, receiver)]).toStrictEqual([...bytes])
  })

  test.each(placements)("reads the same %s, without touching it", (_, place) => {
    const input = place(bytes)
    const around = new Uint8Array(input.buffer)
    const before = [...around]
    const state = decoded(channel, input, receiver)
    expect(leavesOf(state)).toStrictEqual(leavesOf(reading.state(bytes)))
    expect([...encoded(channel, state, receiver)]).toStrictEqual([...bytes])
    expect([...around]).toStrictEqual(before)
  })

  test.each(placements)("keeps nothing of an input %s", (_, place) => {
    const input = place(bytes)
    const state = decoded(channel, input, receiver)
    input.fill(0x5a)
    expect(leavesOf(state)).toStrictEqual(leavesOf(reading.state(bytes)))
    expect([...encoded(channel, state, receiver)]).toStrictEqual([...bytes])
  })

  test.each(placements)("shows its byte fields through an input %s when told to alias", (_, place) => {
    const input = place(bytes)
    const state = decoded(channel, input, receiver, { alias: true })
    expect(leavesOf(state)).toStrictEqual(leavesOf(reading.state(bytes)))
    input.fill(0x5a)
    for (const field of byteFieldsOf(state)) {
      expect([...field]).toStrictEqual(Array.from({ length: field.length }, () => 0x5a))
    }
  })

  test("refuses every shorter and every longer blob", () => {
    for (let size = 0; size < bytes.length; size++) {
      expect(decodeMigrateData(channel, bytes.slice(0, size), receiver)._tag, `${size} bytes`).toBe("Left")
    }
    for (const more of [1, 4, 20]) {
      const longer = new Uint8Array(bytes.length + more)
      longer.set(bytes)
      expect(decodeMigrateData(channel, longer, receiver)._tag, `${more} bytes more`).toBe("Left")
    }
  })
}

const capture = (path: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../../corpus/${path}`, import.meta.url)))

/** A receiver of what nobody has touched on its way. */
const sealedReceiver: ReceiverState = { ...defaultReceiver, provenance: "sealed" }
const lossyReceiver: ReceiverState = { ...defaultReceiver, jpegWanCompression: "always" }
const losslessReceiver: ReceiverState = { ...defaultReceiver, jpegWanCompression: "never" }
const autoReceiver: ReceiverState = { ...defaultReceiver, jpegWanCompression: "auto" }

const captures: readonly (Sample & { readonly size: number; readonly table: FieldTable })[] = [
  {
    title: "main without an agent",
    channel: "main",
    receiver: defaultReceiver,
    bytes: capture("main/genuine/main-base.bin"),
    size: 65,
    table: mainBaseTable,
    reading: asMain,
  },
  {
    title: "main with 35 bytes pending for the agent",
    channel: "main",
    receiver: defaultReceiver,
    bytes: capture("main/genuine/main-agent.bin"),
    size: 100,
    table: mainAgentTable,
    reading: asMain,
  },
  {
    title: "display with lossy entries",
    channel: "display",
    receiver: lossyReceiver,
    bytes: capture("display/genuine/display-base.bin"),
    size: 104,
    table: displayBaseTable,
    reading: asDisplayLossy,
  },
  {
    title: "display with lossless entries",
    channel: "display",
    receiver: losslessReceiver,
    bytes: capture("display/genuine/display-lossless.bin"),
    size: 88,
    table: displayLosslessTable,
    reading: asDisplayLossless,
  },
  {
    title: "display of a second head without surfaces",
    channel: "display",
    receiver: lossyReceiver,
    bytes: capture("display/genuine/display-second-head.bin"),
    size: 84,
    table: displaySecondHeadTable,
    reading: asDisplayLossy,
  },
  {
    title: "inputs without motion",
    channel: "inputs",
    receiver: defaultReceiver,
    bytes: capture("inputs/genuine/inputs-base.bin"),
    size: 10,
    table: inputsBaseTable,
    reading: asInputs,
  },
  {
    title: "idle usbredir",
    channel: "usbredir",
    receiver: defaultReceiver,
    bytes: capture("spicevmc/genuine/usbredir-base.bin"),
    size: 33,
    table: usbredirBaseTable,
    reading: asSpicevmc,
  },
  {
    title: "smartcard reader without a card",
    channel: "smartcard",
    receiver: defaultReceiver,
    bytes: capture("smartcard/genuine/smartcard-base.bin"),
    size: 42,
    table: smartcardBaseTable,
    reading: asSmartcard,
  },
]

describe.each(captures)("captured: $title", (sample) => {
  const { bytes, size, table, reading } = sample

  test("has a table that covers every byte exactly once", () => {
    const owners = Array.from({ length: bytes.length }, (): string[] => [])
    for (const [name, offset, length] of table) {
      for (let at = offset; at < offset + length; at++) {
        const owner = owners[at]
        if (owner === undefined) throw new RangeError(`${name} lies outside the file`)
        owner.push(name)
      }
    }
    expect(bytes.length).toBe(size)
    expect(owners.filter((names) => names.length !== 1)).toStrictEqual([])
    expect(new Set(table.map(([name]) => name)).size).toBe(table.length)
  })

  test.each(table)("holds %s at %i, %i long, as the table says", (_, offset, length, value) => {
    expect([...bytes.subarray(offset, offset + length)]).toStrictEqual([...bytesOfValue(value, length)])
  })

  test("is read by the independent reader as the table says", () => {
    expect(occupiedLeavesOf(reading.read(bytes))).toStrictEqual(tableLeavesOf(table))
  })

  describeDecoding(sample)
})

test("the agent's 35 pending bytes are one announcement whose first byte the device already took", () => {
  const { write_data } = readMain(capture("main/genuine/main-agent.bin")).agent_base
  const view = new DataView(write_data.buffer)
  // Chunk header: the low byte of the port is gone, then the size of what follows.
  expect([...write_data.subarray(0, 3)]).toStrictEqual([0, 0, 0])
  expect(view.getUint32(3, true)).toBe(28)
  expect(write_data.length - 7).toBe(28)
  // Message header: protocol 1, type 6, opaque 0, and eight bytes of content.
  expect(view.getUint32(7, true)).toBe(1)
  expect(view.getUint32(11, true)).toBe(6)
  expect(view.getBigUint64(15, true)).toBe(0n)
  expect(view.getUint32(23, true)).toBe(8)
  expect(write_data.length - 27).toBe(8)
})

test.each(["usbredir", "port", "webdav", "spicevmc"] as const)(
  "a usbredir capture is a well-formed blob of %s",
  (channel) => {
    const bytes = capture("spicevmc/genuine/usbredir-base.bin")
    const state = decoded(channel, bytes, defaultReceiver)
    expect(leavesOf(state)).toStrictEqual(leavesOf(asSpicevmc.state(bytes)))
    expect([...encoded(channel, state, defaultReceiver)]).toStrictEqual([...bytes])
  },
)

test("a display capture is refused by a receiver that expects the other kind of surface entry", () => {
  const lossy = capture("display/genuine/display-base.bin")
  const lossless = capture("display/genuine/display-lossless.bin")
  expect(decodeMigrateData("display", lossy, losslessReceiver)._tag).toBe("Left")
  expect(decodeMigrateData("display", lossless, lossyReceiver)._tag).toBe("Left")
  // Both have low_bandwidth_setting 0, which auto takes to mean lossless.
  expect(decodeMigrateData("display", lossy, autoReceiver)._tag).toBe("Left")
  expect(leavesOf(decoded("display", lossless, autoReceiver))).toStrictEqual(
    leavesOf(asDisplayLossless.state(lossless)),
  )
})

test("a capture is refused on every channel of another format", () => {
  const formats: readonly (readonly Channel[])[] = [
    ["main"],
    ["display"],
    ["inputs"],
    ["smartcard"],
    ["usbredir", "port", "webdav", "spicevmc"],
  ]
  for (const { channel, bytes, receiver, title } of captures) {
    for (const others of formats.filter((format) => !format.includes(channel))) {
      for (const other of others) {
        expect(decodeMigrateData(other, bytes, receiver)._tag, `${title} as ${other}`).toBe("Left")
      }
    }
  }
})

// Blobs that no capture shows, written byte by byte. As far as the format's rules let them, fields hold values that differ
// from each other in every byte, so that exchanged, shortened or misplaced fields cannot go unseen.

const blobOf = (magic: string, size: number): readonly [bytes: Uint8Array, view: DataView] => {
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  bytes.set(bytesOfValue(magic, 4), 0)
  view.setUint32(4, 1, true)
  return [bytes, view]
}

interface HandMade extends Sample {
  /** What the independent reader must see, which also keeps the reader honest. */
  readonly fields: object
}

/** Port 1, 24 bytes: the header of an agent message of type 8 with four bytes of content. */
const agentChunk = [
  0x01, 0x00, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x51, 0x52, 0x53, 0x54,
] as const

const mainWithPartialHeader = (): HandMade => {
  const [bytes, view] = blobOf("MNMD", 65 + 32 + 7)
  view.setUint32(8, 1, true)
  view.setUint8(12, 1)
  view.setUint32(13, 6, true)
  view.setUint32(17, 0xffffffff, true)
  view.setUint32(21, 32, true)
  view.setUint32(25, 2, true)
  view.setUint32(29, 65, true)
  view.setUint8(33, 1)
  view.setUint32(34, 8, true)
  view.setUint32(38, 0x0a0b0c0d, true)
  view.setUint32(42, 0xf1e2d3c4, true)
  view.setUint8(46, 0)
  view.setUint32(47, 7, true)
  view.setUint32(51, 97, true)
  view.setUint32(55, 0, true)
  view.setUint8(59, 0)
  view.setUint32(60, 0x21222324, true)
  view.setUint8(64, 3)
  bytes.set(agentChunk, 65)
  bytes.set([0x01, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00], 97)
  const fields: ReadMain = {
    magic: "MNMD",
    version: 1,
    agent_base: {
      version: 1,
      connected: 1,
      num_client_tokens: 6,
      num_send_tokens: 0xffffffff,
      write_size: 32,
      write_num_client_tokens: 2,
      write_data_ptr: 65,
      write_data: Uint8Array.from(agentChunk),
    },
    client_agent_started: 1,
    agent2client: {
      chunk_header_size: 8,
      chunk_header: { port: 0x0a0b0c0d, size: 0xf1e2d3c4 },
      msg_header_done: 0,
      msg_header_partial_len: 7,
      msg_header_ptr: 97,
      msg_header: Uint8Array.of(0x01, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00),
      msg_remaining: 0,
      msg_filter_result: 0,
    },
    client2agent: { msg_remaining: 0x21222324, msg_filter_result: 3 },
  }
  return {
    title: "main with a queue and seven bytes of a message header",
    channel: "main",
    receiver: defaultReceiver,
    bytes,
    reading: asMain,
    fields,
  }
}

const mainWithoutQueue = (): HandMade => {
  const [bytes, view] = blobOf("MNMD", 65 + 19)
  view.setUint32(8, 1, true)
  view.setUint8(12, 1)
  view.setUint32(13, 10, true)
  view.setUint32(17, 0xffffffff, true)
  view.setUint8(33, 0)
  view.setUint32(34, 8, true)
  view.setUint32(38, 2, true)
  view.setUint32(42, 0x00100000, true)
  view.setUint32(47, 19, true)
  view.setUint32(51, 65, true)
  const header = Uint8Array.from({ length: 19 }, (_, i) => 0x61 + i)
  bytes.set(header, 65)
  const fields: ReadMain = {
    magic: "MNMD",
    version: 1,
    agent_base: {
      version: 1,
      connected: 1,
      num_client_tokens: 10,
      num_send_tokens: 0xffffffff,
      write_size: 0,
      write_num_client_tokens: 0,
      write_data_ptr: 0,
      write_data: new Uint8Array(0),
    },
    client_agent_started: 0,
    agent2client: {
      chunk_header_size: 8,
      chunk_header: { port: 2, size: 0x00100000 },
      msg_header_done: 0,
      msg_header_partial_len: 19,
      msg_header_ptr: 65,
      msg_header: header,
      msg_remaining: 0,
      msg_filter_result: 0,
    },
    client2agent: { msg_remaining: 0, msg_filter_result: 0 },
  }
  return {
    title: "main with an empty queue and all but one byte of a message header",
    channel: "main",
    receiver: defaultReceiver,
    bytes,
    reading: asMain,
    fields,
  }
}

const mainInsideMessage = (): HandMade => {
  const [bytes, view] = blobOf("MNMD", 65)
  view.setUint32(8, 1, true)
  view.setUint8(12, 1)
  view.setUint32(13, 4, true)
  view.setUint32(17, 0xffffffff, true)
  view.setUint8(33, 1)
  view.setUint32(34, 8, true)
  view.setUint32(38, 0x31323334, true)
  view.setUint32(42, 0x41424344, true)
  view.setUint8(46, 1)
  view.setUint32(55, 0x11121314, true)
  view.setUint8(59, 1)
  view.setUint32(60, 0x21222324, true)
  view.setUint8(64, 3)
  const fields: ReadMain = {
    magic: "MNMD",
    version: 1,
    agent_base: {
      version: 1,
      connected: 1,
      num_client_tokens: 4,
      num_send_tokens: 0xffffffff,
      write_size: 0,
      write_num_client_tokens: 0,
      write_data_ptr: 0,
      write_data: new Uint8Array(0),
    },
    client_agent_started: 1,
    agent2client: {
      chunk_header_size: 8,
      chunk_header: { port: 0x31323334, size: 0x41424344 },
      msg_header_done: 1,
      msg_header_partial_len: 0,
      msg_header_ptr: 0,
      msg_header: new Uint8Array(0),
      msg_remaining: 0x11121314,
      msg_filter_result: 1,
    },
    client2agent: { msg_remaining: 0x21222324, msg_filter_result: 3 },
  }
  return {
    title: "main in the middle of a message each way",
    channel: "main",
    receiver: defaultReceiver,
    bytes,
    reading: asMain,
    fields,
  }
}

/** Older sources counted their send tokens down, which a receiver that knows nothing of its source has to allow. */
const mainWithStaleChunkHeader = (): HandMade => {
  const [bytes, view] = blobOf("MNMD", 65)
  view.setUint32(8, 1, true)
  view.setUint8(12, 1)
  view.setUint32(13, 10, true)
  view.setUint32(17, 0xfffffef7, true)
  view.setUint8(33, 1)
  view.setUint32(34, 5, true)
  view.setUint32(38, 0xffeeddcc, true)
  view.setUint32(42, 0xbbaa9988, true)
  const fields: ReadMain = {
    magic: "MNMD",
    version: 1,
    agent_base: {
      version: 1,
      connected: 1,
      num_client_tokens: 10,
      num_send_tokens: 0xfffffef7,
      write_size: 0,
      write_num_client_tokens: 0,
      write_data_ptr: 0,
      write_data: new Uint8Array(0),
    },
    client_agent_started: 1,
    agent2client: {
      chunk_header_size: 5,
      chunk_header: { port: 0xffeeddcc, size: 0xbbaa9988 },
      msg_header_done: 0,
      msg_header_partial_len: 0,
      msg_header_ptr: 0,
      msg_header: new Uint8Array(0),
      msg_remaining: 0,
      msg_filter_result: 0,
    },
    client2agent: { msg_remaining: 0, msg_filter_result: 0 },
  }
  return {
    title: "main with counted-down send tokens and five bytes of a chunk header over stale ones",
    channel: "main",
    receiver: defaultReceiver,
    bytes,
    reading: asMain,
    fields,
  }
}

const smartcardWithPartialMessage = (): HandMade => {
  const [bytes, view] = blobOf("SCMD", 42 + 5)
  view.setUint32(8, 1, true)
  view.setUint8(12, 1)
  view.setUint32(13, 0xffffffff, true)
  view.setUint32(17, 0xffffffff, true)
  view.setUint8(33, 1)
  view.setUint32(34, 5, true)
  view.setUint32(38, 42, true)
  bytes.set([0x00, 0x00, 0x00, 0x07, 0x00], 42)
  const fields: ReadSmartcard = {
    magic: "SCMD",
    version: 1,
    base: {
      version: 1,
      connected: 1,
      num_client_tokens: 0xffffffff,
      num_send_tokens: 0xffffffff,
      write_size: 0,
      write_num_client_tokens: 0,
      write_data_ptr: 0,
      write_data: new Uint8Array(0),
    },
    reader_added: 1,
    read_size: 5,
    read_data_ptr: 42,
    vsc_header: null,
    vsc_data: Uint8Array.of(0x00, 0x00, 0x00, 0x07, 0x00),
  }
  return {
    title: "smartcard with five bytes of a message",
    channel: "smartcard",
    receiver: sealedReceiver,
    bytes,
    reading: asSmartcard,
    fields,
  }
}

const smartcardWithHeader = (): HandMade => {
  const [bytes, view] = blobOf("SCMD", 42 + 12 + 6)
  view.setUint32(8, 1, true)
  view.setUint8(12, 1)
  view.setUint32(13, 0xffffffff, true)
  view.setUint32(17, 0xffffffff, true)
  view.setUint8(33, 1)
  view.setUint32(34, 18, true)
  view.setUint32(38, 42, true)
  view.setUint32(42, 7, false)
  view.setUint32(46, 2, false)
  view.setUint32(50, 0x140, false)
  bytes.set([0x3b, 0x9f, 0x95, 0x81, 0x31, 0xfe], 54)
  const fields: ReadSmartcard = {
    magic: "SCMD",
    version: 1,
    base: {
      version: 1,
      connected: 1,
      num_client_tokens: 0xffffffff,
      num_send_tokens: 0xffffffff,
      write_size: 0,
      write_num_client_tokens: 0,
      write_data_ptr: 0,
      write_data: new Uint8Array(0),
    },
    reader_added: 1,
    read_size: 18,
    read_data_ptr: 42,
    vsc_header: { type: 7, reader_id: 2, length: 320 },
    vsc_data: Uint8Array.of(0x3b, 0x9f, 0x95, 0x81, 0x31, 0xfe),
  }
  return {
    title: "smartcard with a message header and six of 320 bytes",
    channel: "smartcard",
    receiver: sealedReceiver,
    bytes,
    reading: asSmartcard,
    fields,
  }
}

const smartcardWithQueue = (): HandMade => {
  const [bytes, view] = blobOf("SCMD", 42 + 16 + 11)
  view.setUint32(8, 1, true)
  view.setUint8(12, 1)
  view.setUint32(13, 0xffffffff, true)
  view.setUint32(17, 0xffffffff, true)
  view.setUint32(21, 16, true)
  view.setUint32(25, 1, true)
  view.setUint32(29, 42, true)
  view.setUint8(33, 0)
  view.setUint32(34, 11, true)
  view.setUint32(38, 58, true)
  view.setUint32(42, 7, false)
  view.setUint32(46, 0, false)
  view.setUint32(50, 4, false)
  bytes.set([0x00, 0xa4, 0x04, 0x00], 54)
  bytes.set([0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x02], 58)
  const fields: ReadSmartcard = {
    magic: "SCMD",
    version: 1,
    base: {
      version: 1,
      connected: 1,
      num_client_tokens: 0xffffffff,
      num_send_tokens: 0xffffffff,
      write_size: 16,
      write_num_client_tokens: 1,
      write_data_ptr: 42,
      write_data: Uint8Array.of(0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 4, 0x00, 0xa4, 0x04, 0x00),
    },
    reader_added: 0,
    read_size: 11,
    read_data_ptr: 58,
    vsc_header: null,
    vsc_data: Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 2),
  }
  return {
    title: "smartcard with a queue and all but one byte of a message header",
    channel: "smartcard",
    receiver: sealedReceiver,
    bytes,
    reading: asSmartcard,
    fields,
  }
}

const writeDisplayFixedPart = (view: DataView, lowBandwidth: 0 | 1): void => {
  view.setBigUint64(8, 0x0807060504030201n, true)
  view.setUint8(16, lowBandwidth)
  view.setUint8(17, 0x81)
  view.setBigInt64(18, 0x1817161514131211n, true)
  view.setUint8(26, 1)
  view.setBigUint64(27, 0x2827262524232221n, true)
  view.setBigUint64(35, 0x3837363534333231n, true)
  view.setBigUint64(43, 0x4847464544434241n, true)
  view.setBigUint64(51, 0x5857565554535251n, true)
  view.setUint8(59, 0x92)
  view.setUint32(60, 0x01636261, true)
  view.setUint32(64, 4, true)
  view.setBigUint64(68, 0x7877767574737271n, true)
  view.setUint32(76, 80, true)
}

const displayFields = <S>(low_bandwidth_setting: 0 | 1, surfaces: readonly S[]): ReadDisplay<S> => ({
  magic: "DCMD",
  version: 1,
  message_serial: 0x0807060504030201n,
  low_bandwidth_setting,
  pixmap_cache_id: 0x81,
  pixmap_cache_size: 0x1817161514131211n,
  pixmap_cache_freezer: 1,
  pixmap_cache_clients: [0x2827262524232221n, 0x3837363534333231n, 0x4847464544434241n, 0x5857565554535251n],
  glz_dict_id: 0x92,
  glz: { size: 0x01636261, max_encoders: 4, last_image_id: 0x7877767574737271n },
  surfaces_at_client_ptr: 80,
  num_surfaces: surfaces.length,
  surfaces,
})

const displayLossy = (): HandMade => {
  const [bytes, view] = blobOf("DCMD", 84 + 3 * 20)
  writeDisplayFixedPart(view, 1)
  view.setUint32(80, 3, true)
  view.setUint32(84, 0, true)
  view.setInt32(88, 16, true)
  view.setInt32(92, 24, true)
  view.setInt32(96, 1040, true)
  view.setInt32(100, 792, true)
  view.setUint32(104, 0x0201, true)
  view.setInt32(108, 300, true)
  view.setInt32(112, 17, true)
  view.setInt32(116, 300, true)
  view.setInt32(120, 17, true)
  view.setUint32(124, 1023, true)
  view.setInt32(128, 1, true)
  view.setInt32(132, 2, true)
  view.setInt32(136, 0x01020304, true)
  view.setInt32(140, 0x05060708, true)
  return {
    title: "display with three lossy surfaces, by its own low_bandwidth_setting",
    channel: "display",
    receiver: autoReceiver,
    bytes,
    reading: asDisplayLossy,
    fields: displayFields<ReadLossySurface>(1, [
      { id: 0, left: 16, top: 24, right: 1040, bottom: 792 },
      { id: 0x0201, left: 300, top: 17, right: 300, bottom: 17 },
      { id: 1023, left: 1, top: 2, right: 0x01020304, bottom: 0x05060708 },
    ]),
  }
}

const displayLossyBelowZero = (): HandMade => {
  const [bytes, view] = blobOf("DCMD", 84 + 20)
  writeDisplayFixedPart(view, 0)
  view.setUint32(80, 1, true)
  view.setUint32(84, 9, true)
  view.setInt32(88, -4, true)
  view.setInt32(92, -0x01020304, true)
  view.setInt32(96, -2, true)
  view.setInt32(100, -3, true)
  return {
    title: "display with a lossy rectangle below zero",
    channel: "display",
    receiver: lossyReceiver,
    bytes,
    reading: asDisplayLossy,
    fields: displayFields<ReadLossySurface>(0, [{ id: 9, left: -4, top: -0x01020304, right: -2, bottom: -3 }]),
  }
}

const displayLossless = (): HandMade => {
  const [bytes, view] = blobOf("DCMD", 84 + 3 * 4)
  writeDisplayFixedPart(view, 0)
  view.setUint32(80, 3, true)
  view.setUint32(84, 3, true)
  view.setUint32(88, 0x0201, true)
  view.setUint32(92, 1023, true)
  return {
    title: "display with three lossless surfaces, by its own low_bandwidth_setting",
    channel: "display",
    receiver: autoReceiver,
    bytes,
    reading: asDisplayLossless,
    fields: displayFields<ReadLosslessSurface>(0, [{ id: 3 }, { id: 0x0201 }, { id: 1023 }]),
  }
}

const displayWithoutSurfaces = (): HandMade => {
  const [bytes, view] = blobOf("DCMD", 84)
  writeDisplayFixedPart(view, 1)
  view.setUint32(80, 0, true)
  return {
    title: "display with a list of no surfaces",
    channel: "display",
    receiver: losslessReceiver,
    bytes,
    reading: asDisplayLossless,
    fields: displayFields<ReadLosslessSurface>(1, []),
  }
}

const usbredirWithQueue = (): HandMade => {
  const [bytes, view] = blobOf("SVMD", 33 + 5)
  view.setUint32(8, 1, true)
  view.setUint8(12, 1)
  view.setUint32(13, 0xffffffff, true)
  view.setUint32(17, 0xffffffff, true)
  view.setUint32(21, 5, true)
  view.setUint32(25, 1, true)
  view.setUint32(29, 33, true)
  bytes.set([0x71, 0x72, 0x73, 0x74, 0x75], 33)
  const fields: ReadSpicevmc = {
    magic: "SVMD",
    version: 1,
    base: {
      version: 1,
      connected: 1,
      num_client_tokens: 0xffffffff,
      num_send_tokens: 0xffffffff,
      write_size: 5,
      write_num_client_tokens: 1,
      write_data_ptr: 33,
      write_data: Uint8Array.of(0x71, 0x72, 0x73, 0x74, 0x75),
    },
  }
  return {
    title: "usbredir with five bytes queued",
    channel: "usbredir",
    receiver: sealedReceiver,
    bytes,
    reading: asSpicevmc,
    fields,
  }
}

const inputsWithMotion = (): HandMade => {
  const [bytes, view] = blobOf("ICMD", 10)
  view.setUint16(8, 0x0203, true)
  const fields: ReadInputs = { magic: "ICMD", version: 1, motion_count: 0x0203 }
  return {
    title: "inputs with motions to acknowledge",
    channel: "inputs",
    receiver: defaultReceiver,
    bytes,
    reading: asInputs,
    fields,
  }
}

const handMade: readonly HandMade[] = [
  mainWithPartialHeader(),
  mainWithoutQueue(),
  mainInsideMessage(),
  mainWithStaleChunkHeader(),
  smartcardWithPartialMessage(),
  smartcardWithHeader(),
  smartcardWithQueue(),
  displayLossy(),
  displayLossyBelowZero(),
  displayLossless(),
  displayWithoutSurfaces(),
  usbredirWithQueue(),
  inputsWithMotion(),
]

describe.each(handMade)("made by hand: $title", (sample) => {
  test("is read by the independent reader as it was written", () => {
    expect(leavesOf(sample.reading.read(sample.bytes))).toStrictEqual(leavesOf(sample.fields))
  })

  describeDecoding(sample)
})
