import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import {
  type Channel,
  defaultReceiver,
  encodeMigrateData,
  type MainState,
  type MigrateData,
  type ReceiverState,
  type SmartcardState,
} from "../../src/index.js"
import { cardMessage } from "./card-message.js"

/** The invariants of genuine data, each at its edge: the last state that is right and the first that is not. */

type Receiver = Partial<ReceiverState>

const verdict = <C extends Channel>(channel: C, state: MigrateData<C>, receiver: Receiver = {}): string => {
  const encoded = encodeMigrateData(channel, state, { ...defaultReceiver, ...receiver })
  return E.isLeft(encoded) ? `${encoded.left[0].code} ${encoded.left[0].rule} ${encoded.left[0].path}` : "accept"
}

const none = new Uint8Array()
const bytes = (length: number): Uint8Array => new Uint8Array(length)
const unlimited = 0xffffffff

const base: MainState["agent_base"] = {
  connected: true,
  num_client_tokens: 10,
  num_send_tokens: unlimited,
  write_num_client_tokens: 0,
  write_data: none,
}

const main: MainState = {
  agent_base: base,
  client_agent_started: true,
  agent2client: {
    chunk_header_size: 8,
    chunk_header: { port: unlimited, size: unlimited },
    msg_header_done: false,
    msg_header: bytes(1),
    msg_remaining: 0,
    msg_filter_result: "ok",
  },
  client2agent: { msg_remaining: unlimited, msg_filter_result: "monitors-config" },
}

const reading = (agent2client: Partial<MainState["agent2client"]>): MainState => ({
  ...main,
  agent2client: { ...main.agent2client, ...agent2client },
})

const withBase = (agent_base: Partial<MainState["agent_base"]>): MainState => ({
  ...main,
  agent_base: { ...base, ...agent_base },
})

const withoutAgent: MainState = {
  agent_base: {
    connected: false,
    num_client_tokens: 0,
    num_send_tokens: 0,
    write_num_client_tokens: 0,
    write_data: none,
  },
  client_agent_started: false,
  agent2client: {
    chunk_header_size: 0,
    chunk_header: { port: 0, size: 0 },
    msg_header_done: false,
    msg_header: none,
    msg_remaining: 0,
    msg_filter_result: "ok",
  },
  client2agent: { msg_remaining: 0, msg_filter_result: "ok" },
}

describe("main", () => {
  const cases: readonly (readonly [string, MainState, string, Receiver?])[] = [
    ["with an agent", main, "accept"],
    [
      "a message of a client whose agent left",
      { ...main, client_agent_started: false, client2agent: { msg_remaining: 1, msg_filter_result: "discard" } },
      "accept",
    ],
    [
      "a message for the agent of a client that has not started",
      { ...main, client_agent_started: false, client2agent: { msg_remaining: 1, msg_filter_result: "ok" } },
      "inconsistent main/unstarted-client-is-discarded client2agent.msg_filter_result",
    ],
    [
      "a monitors' configuration of such a client",
      {
        ...main,
        client_agent_started: false,
        client2agent: { msg_remaining: 1, msg_filter_result: "monitors-config" },
      },
      "inconsistent main/unstarted-client-is-discarded client2agent.msg_filter_result",
    ],
    [
      "a client that has not started, between messages",
      { ...main, client_agent_started: false, client2agent: { msg_remaining: 0, msg_filter_result: "ok" } },
      "accept",
    ],
    ["without an agent", withoutAgent, "accept"],
    [
      "tokens that fill the window",
      withBase({ num_client_tokens: 7, write_num_client_tokens: 3, write_data: bytes(1) }),
      "accept",
    ],
    [
      "a token beyond the window",
      withBase({ num_client_tokens: 8, write_num_client_tokens: 3, write_data: bytes(1) }),
      "out-of-range main/tokens-within-window agent_base.num_client_tokens",
    ],
    ["a wider window", withBase({ num_client_tokens: 11 }), "accept", { agentTokenWindow: 11 }],
    ["a queue of the server's alone", withBase({ write_data: bytes(9) }), "accept"],
    [
      "tokens without a queue",
      withBase({ num_client_tokens: 1, write_num_client_tokens: 1 }),
      "inconsistent char-device/tokens-need-data agent_base.write_num_client_tokens",
    ],
    ["a rest that one chunk can leave", withBase({ write_data: bytes(2056) }), "accept"],
    [
      "a longer rest",
      withBase({ write_data: bytes(2057) }),
      "inconsistent main/write-queue-chunks agent_base.write_size",
    ],
    [
      "a queue at its limit",
      withBase({ write_data: bytes(20) }),
      "accept",
      { maxWriteBytes: { ...defaultReceiver.maxWriteBytes, main: 20 } },
    ],
    [
      "a queue beyond its limit",
      withBase({ write_data: bytes(21) }),
      "limit-exceeded char-device/write-size-limit agent_base.write_size",
      { maxWriteBytes: { ...defaultReceiver.maxWriteBytes, main: 20 } },
    ],
    ["counted send tokens", withBase({ num_send_tokens: 5 }), "accept", { source: "0.15" }],
    ["a chunk header that is not begun", reading({ chunk_header_size: 0, msg_header: none }), "accept"],
    ["all but one byte of a chunk header", reading({ chunk_header_size: 7, msg_header: none }), "accept"],
    [
      "a whole chunk header and nothing behind it",
      reading({ chunk_header_size: 8, msg_header: none }),
      "inconsistent main/chunk-header-leads-on agent2client.msg_header_partial_len",
    ],
    ["one byte behind a whole chunk header", reading({ msg_header: bytes(1) }), "accept"],
    [
      "one byte behind the header of a chunk of which no more is announced",
      reading({ chunk_header: { port: 1, size: 0 }, msg_header: bytes(1) }),
      "accept",
    ],
    [
      "more than a chunk header",
      reading({ chunk_header_size: 9 }),
      "out-of-range main/chunk-header-size agent2client.chunk_header_size",
    ],
    ["all but one byte of a message header", reading({ msg_header: bytes(19) }), "accept"],
    [
      "a whole message header that is not done",
      reading({ msg_header: bytes(20) }),
      "out-of-range main/partial-header-incomplete agent2client.msg_header_partial_len",
    ],
    [
      "a message header before the chunk header is whole",
      reading({ chunk_header_size: 7, msg_header: bytes(1) }),
      "inconsistent main/partial-header-follows-chunk-header agent2client.msg_header_partial_len",
    ],
    [
      "a partial message header that is done",
      reading({ msg_header_done: true, msg_header: bytes(1) }),
      "inconsistent main/partial-header-follows-chunk-header agent2client.msg_header_partial_len",
    ],
    [
      "a message under way",
      reading({ msg_header_done: true, msg_header: none, msg_remaining: unlimited, msg_filter_result: "discard" }),
      "accept",
    ],
    [
      "a message under way of a chunk that is read whole",
      reading({ chunk_header: { port: 1, size: 0 }, msg_header_done: true, msg_header: none }),
      "inconsistent main/message-has-chunk agent2client.chunk_header.size",
    ],
    [
      "a message under way of a chunk of which a byte is left",
      reading({ chunk_header: { port: 1, size: 1 }, msg_header_done: true, msg_header: none }),
      "accept",
    ],
    [
      "a message under way before a whole chunk header",
      reading({ chunk_header_size: 7, msg_header_done: true, msg_header: none }),
      "inconsistent main/header-done-follows-chunk-header agent2client.msg_header_done",
    ],
    [
      "a rest of a message whose header is not done",
      reading({ msg_remaining: 1 }),
      "inconsistent main/message-state-needs-header agent2client.msg_remaining",
    ],
    [
      "a judgement on a message whose header is not done",
      reading({ msg_filter_result: "discard" }),
      "inconsistent main/message-state-needs-header agent2client.msg_filter_result",
    ],
  ]
  test.for(cases)("%s", ([, state, expected, receiver]) => expect(verdict("main", state, receiver)).toBe(expected))

  const zeros: readonly (readonly [string, MainState, string])[] = [
    [
      "tokens",
      { ...withoutAgent, agent_base: { ...withoutAgent.agent_base, num_client_tokens: 1 } },
      "char-device/unconnected-is-zero agent_base.num_client_tokens",
    ],
    [
      "send tokens",
      { ...withoutAgent, agent_base: { ...withoutAgent.agent_base, num_send_tokens: 1 } },
      "char-device/unconnected-is-zero agent_base.num_send_tokens",
    ],
    [
      "a queue",
      { ...withoutAgent, agent_base: { ...withoutAgent.agent_base, write_data: bytes(1) } },
      "char-device/unconnected-is-zero agent_base.write_size",
    ],
    [
      "a conversation",
      { ...withoutAgent, client_agent_started: true },
      "main/unconnected-is-zero client_agent_started",
    ],
    [
      "a chunk header's bytes",
      { ...withoutAgent, agent2client: { ...withoutAgent.agent2client, chunk_header_size: 1 } },
      "main/unconnected-is-zero agent2client.chunk_header_size",
    ],
    [
      "a port",
      { ...withoutAgent, agent2client: { ...withoutAgent.agent2client, chunk_header: { port: 1, size: 0 } } },
      "main/unconnected-is-zero agent2client.chunk_header.port",
    ],
    [
      "a size",
      { ...withoutAgent, agent2client: { ...withoutAgent.agent2client, chunk_header: { port: 0, size: 1 } } },
      "main/unconnected-is-zero agent2client.chunk_header.size",
    ],
    [
      "a done header",
      { ...withoutAgent, agent2client: { ...withoutAgent.agent2client, msg_header_done: true } },
      "main/header-done-follows-chunk-header agent2client.msg_header_done",
    ],
    [
      "a rest of the client's message",
      { ...withoutAgent, client2agent: { msg_remaining: 1, msg_filter_result: "ok" } },
      "main/unconnected-is-zero client2agent.msg_remaining",
    ],
    [
      "a judgement on it",
      { ...withoutAgent, client2agent: { msg_remaining: 0, msg_filter_result: "discard" } },
      "main/unconnected-is-zero client2agent.msg_filter_result",
    ],
  ]
  test.each(zeros)("without an agent, %s", (_, state, expected) =>
    expect(verdict("main", state)).toBe(`inconsistent ${expected}`),
  )
})

describe("spicevmc", () => {
  const spicevmc = { ...base, num_client_tokens: unlimited }
  const cases: readonly (readonly [string, Partial<typeof spicevmc>, string, Receiver?])[] = [
    ["idle", {}, "accept"],
    ["a queue of 1 MiB", { write_data: bytes(0x100000), write_num_client_tokens: unlimited }, "accept"],
    [
      "a queue beyond 1 MiB",
      { write_data: bytes(0x100001) },
      "limit-exceeded char-device/write-size-limit base.write_size",
      { maxBlobBytes: { ...defaultReceiver.maxBlobBytes, usbredir: 0x200000 } },
    ],
    [
      "unconnected",
      { connected: false, num_client_tokens: 0, num_send_tokens: 0 },
      "inconsistent spicevmc/connected base.connected",
    ],
    [
      "counted client tokens",
      { num_client_tokens: unlimited - 1 },
      "out-of-range char-device/client-tokens-unlimited base.num_client_tokens",
    ],
    ["counted send tokens of any source", { num_send_tokens: unlimited - 1 }, "accept"],
    ["a counted queue of any source", { write_data: bytes(1), write_num_client_tokens: 1 }, "accept"],
    [
      "a counted queue of 0.15",
      { write_data: bytes(1), write_num_client_tokens: 1 },
      "inconsistent spicevmc/queue-not-counted base.write_num_client_tokens",
      { source: "0.15" },
    ],
    [
      "counted send tokens of 0.15",
      { num_send_tokens: unlimited - 1 },
      "out-of-range char-device/send-tokens-unlimited base.num_send_tokens",
      { source: "0.15" },
    ],
  ]
  test.for(cases)("%s", ([, changed, expected, receiver]) =>
    expect(verdict("usbredir", { base: { ...spicevmc, ...changed } }, { provenance: "sealed", ...receiver })).toBe(
      expected,
    ),
  )
})

describe("smartcard", () => {
  const smartcard: SmartcardState = {
    base: { ...base, num_client_tokens: unlimited },
    reader_added: true,
    read_data: { header: null, data: none },
  }
  const message = (length: number, read: number): SmartcardState => ({
    ...smartcard,
    read_data: { header: { type: unlimited, reader_id: unlimited, length }, data: bytes(read - 12) },
  })
  const unconnected = {
    connected: false,
    num_client_tokens: 0,
    num_send_tokens: 0,
    write_num_client_tokens: 0,
    write_data: none,
  }
  const bigger = "inconsistent smartcard/read-fits-buffer read_size"
  const queued = (write_data: Uint8Array): SmartcardState => ({
    ...smartcard,
    base: { ...smartcard.base, write_data },
  })
  const cases: readonly (readonly [string, SmartcardState, string, Receiver?])[] = [
    ["idle", smartcard, "accept"],
    ["without a device", { base: unconnected, reader_added: false, read_data: { header: null, data: none } }, "accept"],
    [
      "without a device but with a reader",
      { base: unconnected, reader_added: true, read_data: { header: null, data: none } },
      "inconsistent smartcard/unconnected-is-zero reader_added",
    ],
    [
      "without a device but with a message",
      { base: unconnected, reader_added: false, read_data: { header: null, data: bytes(3) } },
      "inconsistent smartcard/unconnected-is-zero read_size",
    ],
    ["all but one byte of a header", { ...smartcard, read_data: { header: null, data: bytes(11) } }, "accept"],
    ["a bare header", message(0, 12), "accept"],
    ["the first buffer, full", message(282, 282), "accept"],
    ["more than the first buffer", message(282, 283), bigger],
    ["the doubled buffer, full", message(283, 564), "accept"],
    ["more than the doubled buffer", message(283, 565), bigger],
    ["a buffer of its own size, full", message(600, 612), "accept"],
    ["more than a buffer of its own size", message(600, 613), bigger],
    ["the longest message", message(65536, 12), "accept"],
    ["a longer message", message(65537, 12), "limit-exceeded smartcard/message-length-limit read_data.header.length"],
    [
      "a length that wraps",
      message(unlimited, 12),
      "limit-exceeded smartcard/message-length-limit read_data.header.length",
    ],
    ["the longest read", message(65536, 65548), "accept"],
    [
      "a read beyond the limit",
      { ...smartcard, read_data: { header: null, data: bytes(5) } },
      "limit-exceeded smartcard/read-size-limit read_size",
      { maxReadBytes: { smartcard: 4 } },
    ],
    ["a complete message of any source", message(4, 16), "accept"],
    ["an incomplete message of 0.15", message(4, 15), "accept", { source: "0.15" }],
    [
      "a complete message of 0.15",
      message(4, 16),
      "inconsistent smartcard/message-incomplete read_size",
      { source: "0.15" },
    ],
    ["a queue at its limit", queued(cardMessage(7, 65524)), "accept"],
    [
      "a queue beyond its limit",
      queued(cardMessage(7, 65525)),
      "limit-exceeded char-device/write-size-limit base.write_size",
    ],
    ["a queue of one message", queued(cardMessage(3, 0)), "accept"],
    [
      "a queue of less than a header",
      queued(bytes(11)),
      "inconsistent smartcard/write-queue-holds-message base.write_size",
    ],
    [
      "a queue of a message that no server passes on",
      queued(cardMessage(1, 0)),
      "inconsistent smartcard/write-queue-messages base.write_size",
    ],
    [
      "counted client tokens",
      { ...smartcard, base: { ...smartcard.base, num_client_tokens: 10 } },
      "out-of-range char-device/client-tokens-unlimited base.num_client_tokens",
    ],
  ]
  const sealed: Receiver = { provenance: "sealed" }
  test.for(cases)("%s", ([, state, expected, receiver]) =>
    expect(verdict("smartcard", state, { ...sealed, ...receiver })).toBe(expected),
  )
})

describe("what only the device knows", () => {
  const unlimitedBase = { ...base, num_client_tokens: unlimited }
  const spicevmc = (queue: number) => ({ base: { ...unlimitedBase, write_data: bytes(queue) } })
  const smartcard = (data: Uint8Array): SmartcardState => ({
    base: { ...unlimitedBase, write_data: cardMessage(7, 12) },
    reader_added: true,
    read_data: { header: null, data },
  })
  const queue = "policy-denied spicevmc/usbredir-queue-vouched-for base.write_size"
  const partial = "policy-denied smartcard/partial-read-vouched-for read_size"

  test.each<[string, Receiver, string, string]>([
    ["relayed", {}, queue, partial],
    ["sealed", { provenance: "sealed" }, "accept", "accept"],
    ["an accepted queue", { accept: ["usbredir-queue"] }, "accept", partial],
    ["an accepted partial read", { accept: ["smartcard-partial-read"] }, queue, "accept"],
    ["all accepted", { accept: ["smartcard-partial-read", "usbredir-queue"] }, "accept", "accept"],
  ])("%s", (_, receiver, ofQueue, ofPartial) => {
    expect(verdict("usbredir", spicevmc(1), receiver)).toBe(ofQueue)
    expect(verdict("smartcard", smartcard(bytes(1)), receiver)).toBe(ofPartial)
  })

  test("a channel that is not known may be usbredir", () => expect(verdict("spicevmc", spicevmc(1))).toBe(queue))

  test.each(["port", "webdav"] as const)("a queue of %s is a stream of the guest's", (channel) =>
    expect(verdict(channel, spicevmc(4096))).toBe("accept"),
  )

  test("an empty usbredir queue and a smartcard between messages say nothing of the device", () => {
    expect(verdict("usbredir", spicevmc(0))).toBe("accept")
    expect(verdict("smartcard", smartcard(none))).toBe("accept")
  })

  test("a whole message that was not taken is a partial read as well", () => {
    const read_data = { header: { type: 7, reader_id: 0, length: 1 }, data: bytes(1) }
    expect(verdict("smartcard", { ...smartcard(none), read_data })).toBe(partial)
  })
})

describe("inputs", () => {
  test.each([
    [0, "accept"],
    [4096, "accept"],
    [4097, "limit-exceeded inputs/motion-count-limit motion_count"],
  ])("%i motions", (motion_count, expected) => expect(verdict("inputs", { motion_count })).toBe(expected))
})

describe("display", () => {
  const display: MigrateData<"display"> = {
    message_serial: 2n ** 64n - 1n,
    low_bandwidth_setting: false,
    pixmap_cache_id: 255,
    pixmap_cache_size: 0n,
    pixmap_cache_freezer: false,
    pixmap_cache_clients: [0n, 1n, 2n ** 64n - 1n, 3n],
    glz_dict_id: 255,
    glz: { size: 0x2000000, max_encoders: 4, last_image_id: 2n ** 64n - 1n },
    surfaces: { kind: "lossless", columns: Int32Array.of() },
  }
  const lossless = (...ids: readonly number[]) => ({ kind: "lossless" as const, columns: Int32Array.from(ids) })
  const lossy = (...region: readonly number[]) => ({ kind: "lossy" as const, columns: Int32Array.from([0, ...region]) })
  const always = { jpegWanCompression: "always" as const }
  const unordered = "inconsistent display/lossy-region-ordered surfaces[0].left"
  const cases: readonly (readonly [string, Partial<typeof display>, string, Receiver?])[] = [
    ["no surfaces", {}, "accept"],
    ["the last surface of the table", { surfaces: lossless(0, 5, 1023) }, "accept"],
    [
      "a surface beyond the table",
      { surfaces: lossless(0, 1024) },
      "out-of-range display/surface-id-in-table surfaces[1].id",
    ],
    ["a surface beyond 2^31", { surfaces: lossless(-1) }, "out-of-range display/surface-id-in-table surfaces[0].id"],
    ["a larger table", { surfaces: lossless(0, 1024) }, "accept", { surfaceTableSize: 1025 }],
    ["a surface twice", { surfaces: lossless(0, 3, 3) }, "not-canonical display/surface-ids-ascend surfaces[2].id"],
    ["a surface out of order", { surfaces: lossless(4, 3) }, "not-canonical display/surface-ids-ascend surfaces[1].id"],
    ["the largest window", { glz: { ...display.glz, size: 0x2000000 } }, "accept"],
    ["a larger window", { glz: { ...display.glz, size: 0x2000001 } }, "limit-exceeded display/glz-size-limit glz.size"],
    [
      "three encoders",
      { glz: { ...display.glz, max_encoders: 3 } },
      "out-of-range display/glz-max-encoders glz.max_encoders",
    ],
    [
      "five encoders",
      { glz: { ...display.glz, max_encoders: 5 } },
      "out-of-range display/glz-max-encoders glz.max_encoders",
    ],
    [
      "a frozen cache",
      { pixmap_cache_size: -1n },
      "out-of-range display/pixmap-cache-size-not-negative pixmap_cache_size",
    ],
    ["the largest cache", { pixmap_cache_size: 2n ** 63n - 1n }, "accept"],
    [
      "a larger cache than 63 bits",
      { pixmap_cache_size: 2n ** 63n },
      "out-of-range layout/value-range pixmap_cache_size",
    ],
    [
      "a smaller one than 63 bits",
      { pixmap_cache_size: -(2n ** 63n) - 1n },
      "out-of-range layout/value-range pixmap_cache_size",
    ],
    [
      "the most negative cache",
      { pixmap_cache_size: -(2n ** 63n) },
      "out-of-range display/pixmap-cache-size-not-negative pixmap_cache_size",
    ],
    ["an empty region anywhere", { surfaces: lossy(-9, -9, -9, -9) }, "accept", always],
    ["a region of one pixel", { surfaces: lossy(3, 4, 4, 5) }, "accept", always],
    ["a region without width", { surfaces: lossy(3, 4, 3, 5) }, unordered, always],
    ["a region without height", { surfaces: lossy(3, 4, 4, 4) }, unordered, always],
    ["a region inside out", { surfaces: lossy(4, 4, 3, 5) }, unordered, always],
    ["a region upside down", { surfaces: lossy(3, 5, 4, 4) }, unordered, always],
    [
      "regions that the target does not read",
      { surfaces: lossy(0, 0, 0, 0) },
      "inconsistent layout/value-form surfaces.kind",
    ],
    ["regions by the blob's own setting", { low_bandwidth_setting: true, surfaces: lossy(0, 0, 0, 0) }, "accept"],
    [
      "no regions whatever the blob's setting",
      { low_bandwidth_setting: true, surfaces: lossless(1) },
      "accept",
      { jpegWanCompression: "never" },
    ],
  ]
  test.for(cases)("%s", ([, changed, expected, receiver]) =>
    expect(verdict("display", { ...display, ...changed }, receiver)).toBe(expected),
  )

  test("a table full of lossy surfaces fits the blob's limit exactly", () => {
    const ids = Array.from({ length: 1024 }, (_, index) => index)
    const columns = Int32Array.from([...ids, ...new Int32Array(4 * 1024)])
    const encoded = encodeMigrateData(
      "display",
      { ...display, surfaces: { kind: "lossy", columns } },
      { ...defaultReceiver, ...always },
    )
    expect(E.isRight(encoded) && encoded.right.length).toBe(defaultReceiver.maxBlobBytes.display)
  })
})
