import fc from "fast-check"
import type { Channel, MigrateData, ReceiverState } from "../../src/index.js"
import { channels, defaultReceiver } from "../../src/index.js"
import { cardMessage } from "./card-message.js"

/** Receivers, states and bytes to decode, for properties. Written by hand: the declarations are what is tested. */

const u8 = fc.integer({ min: 0, max: 0xff })
const u32 = fc.oneof(fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff), fc.integer({ min: 0, max: 0xffffffff }))
const u64 = fc.oneof(fc.constantFrom(0n, 1n, 2n ** 63n, 2n ** 64n - 1n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
const filterResult = fc.constantFrom("ok" as const, "discard" as const, "monitors-config" as const)
const run = (maxLength: number) => fc.uint8Array({ maxLength })

const sizesBy = (members: object, size: fc.Arbitrary<number>) =>
  fc.record(Object.fromEntries(Object.keys(members).map((name) => [name, size])))

const limitsBelow = (highest: number) => fc.integer({ min: 0, max: highest })

/** The default receiver, and others that differ from it in every member. */
export const anyReceiver: fc.Arbitrary<ReceiverState> = fc.oneof(
  fc.constantFrom("auto" as const, "always" as const, "never" as const).map((jpegWanCompression) => ({
    ...defaultReceiver,
    jpegWanCompression,
  })),
  fc.record({
    jpegWanCompression: fc.constantFrom("auto" as const, "always" as const, "never" as const),
    surfaceTableSize: limitsBelow(8),
    agentTokenWindow: limitsBelow(20),
    maxEncoders: limitsBelow(8),
    glzMaxPixels: u32,
    maxMotionCount: limitsBelow(0xffff),
    maxBlobBytes: sizesBy(defaultReceiver.maxBlobBytes, limitsBelow(3000)) as fc.Arbitrary<
      ReceiverState["maxBlobBytes"]
    >,
    maxWriteBytes: sizesBy(defaultReceiver.maxWriteBytes, limitsBelow(60)) as fc.Arbitrary<
      ReceiverState["maxWriteBytes"]
    >,
    maxReadBytes: fc.record({ smartcard: limitsBelow(700) }),
    source: fc.constantFrom("0.15" as const, "any" as const),
    provenance: fc.constantFrom("relayed" as const, "sealed" as const),
    accept: fc.subarray(["usbredir-queue", "smartcard-partial-read"] as const),
  }),
)

const unconnected = {
  connected: false,
  num_client_tokens: 0,
  num_send_tokens: 0,
  write_num_client_tokens: 0,
  write_data: new Uint8Array(),
}

const connected = (maxTokens: number) =>
  fc
    .record({ write_data: run(80), tokens: fc.integer({ min: 0, max: maxTokens }), num_send_tokens: u32 })
    .map(({ write_data, tokens, num_send_tokens }) => ({
      connected: true,
      num_send_tokens,
      write_num_client_tokens: write_data.length === 0 ? 0 : tokens,
      write_data,
    }))

const mainState: fc.Arbitrary<MigrateData<"main">> = fc.oneof(
  fc.constant({
    agent_base: unconnected,
    client_agent_started: false,
    agent2client: {
      chunk_header_size: 0,
      chunk_header: { port: 0, size: 0 },
      msg_header_done: false,
      msg_header: new Uint8Array(),
      msg_remaining: 0,
      msg_filter_result: "ok" as const,
    },
    client2agent: { msg_remaining: 0, msg_filter_result: "ok" as const },
  }),
  fc
    .record({
      agent_base: connected(5).chain((base) =>
        fc.integer({ min: 0, max: 5 }).map((num_client_tokens) => ({ ...base, num_client_tokens })),
      ),
      agent2client: fc.oneof(
        fc.record({
          chunk_header_size: fc.constant(8),
          chunk_header: fc.record({ port: u32, size: u32.map((size) => Math.max(size, 1)) }),
          msg_header_done: fc.constant(true),
          msg_header: fc.constant(new Uint8Array()),
          msg_remaining: u32,
          msg_filter_result: filterResult,
        }),
        fc.record({
          chunk_header_size: fc.integer({ min: 0, max: 7 }),
          chunk_header: fc.record({ port: u32, size: u32 }),
          msg_header_done: fc.constant(false),
          msg_header: fc.constant(new Uint8Array()),
          msg_remaining: fc.constant(0),
          msg_filter_result: fc.constant("ok" as const),
        }),
        fc.record({
          chunk_header_size: fc.constant(8),
          chunk_header: fc.record({ port: u32, size: u32 }),
          msg_header_done: fc.constant(false),
          msg_header: fc.uint8Array({ minLength: 1, maxLength: 19 }),
          msg_remaining: fc.constant(0),
          msg_filter_result: fc.constant("ok" as const),
        }),
      ),
      client: fc.oneof(
        fc.record({
          client_agent_started: fc.constant(true),
          client2agent: fc.record({ msg_remaining: u32, msg_filter_result: filterResult }),
        }),
        fc.record({
          client_agent_started: fc.constant(false),
          client2agent: fc.record({ msg_remaining: u32, msg_filter_result: fc.constant("discard" as const) }),
        }),
      ),
    })
    .map(({ client, ...state }) => ({ ...state, ...client })),
)

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

const region = fc.oneof(
  fc.tuple(int32, int32).map(([left, top]) => ({ left, top, right: left, bottom: top })),
  fc
    .tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: -500, max: 500 }), fc.nat(2 ** 30), fc.nat(2 ** 30))
    .map(([left, top, width, height]) => ({ left, top, right: left + width + 1, bottom: top + height + 1 })),
)

const surfaces = (lossy: boolean): fc.Arbitrary<MigrateData<"display">["surfaces"]> =>
  fc.uniqueArray(fc.nat(1023), { maxLength: 12 }).chain((ids): fc.Arbitrary<MigrateData<"display">["surfaces"]> => {
    const id = [...ids].sort((one, other) => one - other)
    if (!lossy) return fc.constant({ kind: "lossless", columns: Int32Array.from(id) })
    return fc.array(region, { minLength: id.length, maxLength: id.length }).map((regions) => ({
      kind: "lossy",
      columns: Int32Array.from([
        ...id,
        ...regions.map(({ left }) => left),
        ...regions.map(({ top }) => top),
        ...regions.map(({ right }) => right),
        ...regions.map(({ bottom }) => bottom),
      ]),
    }))
  })

const displayState = ({ jpegWanCompression }: ReceiverState): fc.Arbitrary<MigrateData<"display">> =>
  fc.boolean().chain((low_bandwidth_setting) =>
    fc.record({
      message_serial: u64,
      low_bandwidth_setting: fc.constant(low_bandwidth_setting),
      pixmap_cache_id: u8,
      pixmap_cache_size: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
      pixmap_cache_freezer: fc.boolean(),
      pixmap_cache_clients: fc.array(u64, { minLength: 4, maxLength: 4 }),
      glz_dict_id: u8,
      glz: fc.record({
        size: fc.integer({ min: 0, max: 0x2000000 }),
        max_encoders: fc.constant(4),
        last_image_id: u64,
      }),
      surfaces: surfaces(jpegWanCompression === "always" || (jpegWanCompression === "auto" && low_bandwidth_setting)),
    }),
  )

const isVouchedFor = ({ provenance, accept }: ReceiverState, kind: ReceiverState["accept"][number]): boolean =>
  provenance === "sealed" || accept.includes(kind)

const streamState: fc.Arbitrary<MigrateData<"spicevmc">> = connected(0xffffffff).map((base) => ({
  base: { ...base, num_client_tokens: 0xffffffff, num_send_tokens: 0xffffffff },
}))

const usbredirState = (receiver: ReceiverState): fc.Arbitrary<MigrateData<"spicevmc">> =>
  isVouchedFor(receiver, "usbredir-queue")
    ? streamState
    : streamState.map(({ base }) => ({ base: { ...base, write_num_client_tokens: 0, write_data: new Uint8Array() } }))

const nothingRead = { header: null, data: new Uint8Array() }

const partlyRead: fc.Arbitrary<MigrateData<"smartcard">["read_data"]> = fc.oneof(
  run(11).map((data) => ({ header: null, data })),
  fc
    .record({ type: u32, reader_id: u32, length: fc.integer({ min: 1, max: 65536 }), data: run(300) })
    .map(({ type, reader_id, length, data }) => ({
      header: { type, reader_id, length },
      data: data.slice(0, length <= 282 ? Math.min(270, length - 1) : length - 1),
    })),
)

/** What a client's messages leave in a smartcard's queue. */
const cardQueue: fc.Arbitrary<Uint8Array> = fc
  .array(fc.tuple(fc.integer({ min: 2, max: 7 }), fc.nat(40)), { maxLength: 8 })
  .map((messages) => Uint8Array.from(messages.flatMap(([type, length]) => [...cardMessage(type, length)])))

const smartcardState = (receiver: ReceiverState): fc.Arbitrary<MigrateData<"smartcard">> =>
  fc.oneof(
    fc.constant({ base: unconnected, reader_added: false, read_data: nothingRead }),
    fc.record({
      base: fc.tuple(streamState, cardQueue).map(([{ base }, write_data]) => ({
        ...base,
        write_num_client_tokens: 0,
        write_data,
      })),
      reader_added: fc.boolean(),
      read_data: isVouchedFor(receiver, "smartcard-partial-read") ? partlyRead : fc.constant(nothingRead),
    }),
  )

/** States that the default limits accept, under one receiver. */
export const validState = <C extends Channel>(channel: C, receiver: ReceiverState): fc.Arbitrary<MigrateData<C>> => {
  const states: { readonly [K in Channel]: fc.Arbitrary<MigrateData<K>> } = {
    main: mainState,
    display: displayState(receiver),
    inputs: fc.record({ motion_count: fc.integer({ min: 0, max: 4096 }) }),
    usbredir: usbredirState(receiver),
    port: streamState,
    webdav: streamState,
    spicevmc: usbredirState(receiver),
    smartcard: smartcardState(receiver),
  }
  return states[channel]
}

export const anyChannel: fc.Arbitrary<Channel> = fc.constantFrom(...channels)

/** What an attacker may do to a blob: bytes set, cut off and added. */
export const edits = fc.record({
  set: fc.array(fc.tuple(fc.nat(120), fc.oneof(fc.constantFrom(0, 1, 2, 0x41, 0x7f, 0x80, 0xff), u8)), {
    maxLength: 6,
  }),
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
  added: fc.oneof({ weight: 3, arbitrary: fc.constant(new Uint8Array()) }, { weight: 1, arbitrary: run(30) }),
})

export const edited = (
  blob: Uint8Array,
  {
    set,
    cut,
    added,
  }: { readonly set: readonly (readonly [number, number])[]; readonly cut: number; readonly added: Uint8Array },
): Uint8Array => {
  const bytes = Uint8Array.from([...blob.subarray(0, Math.max(0, blob.length - cut)), ...added])
  for (const [offset, value] of set) if (offset < bytes.length) bytes[offset] = value
  return bytes
}
