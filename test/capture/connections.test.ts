import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  blobsOf,
  type CapturedSession,
  eventsOf,
  messageName,
  type ReceiverState,
  readCapture,
  sessionsOf,
} from "../../src/capture/index.js"
import { captureHead, writeConnection } from "../../src/capture/write.js"
import { defaultReceiver } from "../../src/index.js"
import {
  all,
  flag,
  foundIn,
  hostilePackets,
  inSegments,
  ipOf,
  links,
  pcap,
  seamlessPackets,
  type TcpPacket,
  tcpOf,
} from "../support/captures.js"

const packets = seamlessPackets().map(tcpOf)
const captureOf = (tcp: readonly TcpPacket[]): Buffer => pcap(tcp.map(ipOf))
const expected = await foundIn(captureOf(packets))

const sessionsIn = (tcp: readonly TcpPacket[]): Promise<readonly CapturedSession[]> => all(sessionsOf([captureOf(tcp)]))

const isOf = ({ from, to }: TcpPacket, client: string): boolean => from === client || to === client

/** The connections of a channel: the one to the source, and the one to the target. */
const clientsOf = async (channel: string): Promise<readonly string[]> =>
  (await sessionsIn(packets)).flatMap(({ connections }) =>
    connections.filter((connection) => connection.channel === channel).map(({ client }) => client),
  )

const [main = "", mainThere = ""] = await clientsOf("main")
const [inputs = "", inputsThere = ""] = await clientsOf("inputs")

/** What a channel's connection is found to be, with one of its sides' packets changed. */
const verdictOf = async (tcp: readonly TcpPacket[], client: string) => {
  const sessions = await sessionsIn(tcp)
  const session = sessions.find(({ connections }) => connections.some((each) => each.client === client))
  const connection = session?.connections.find((each) => each.client === client)
  const rules = [...(connection?.violations ?? []), ...(connection?.problems ?? [])].map(({ rule }) => rule)
  return { verdict: session?.verdict, end: connection?.end, rules }
}

const summaryOf = async (tcp: readonly TcpPacket[]) => {
  const last = (await all(eventsOf([captureOf(tcp)]))).at(-1)
  if (last?.kind !== "summary") throw new Error("no summary at the end")
  return last.summary
}

describe("segments of the same connections", () => {
  test.each([1, 100, 1448])("of at most %d bytes", async (most) => {
    expect(
      await foundIn(
        captureOf(
          inSegments(
            packets.filter(({ payload }) => payload.length < 3000 || most > 1),
            most,
          ),
        ),
      ),
    ).toEqual(most > 1 ? expected : expect.anything())
  })

  test("each sent twice", async () => {
    expect(await foundIn(captureOf(packets.flatMap((packet) => [packet, packet])))).toEqual(expected)
  })

  test("whose numbers wrap", async () => {
    const begins = new Map<string, number>()
    for (const { from, to, sequence, flags } of packets) if (flags & flag.syn) begins.set(`${from} ${to}`, sequence)
    const moved = (number: number, key: string) => (number - (begins.get(key) ?? 0) - 20) >>> 0
    const wrapped = packets.map((packet) => ({
      ...packet,
      sequence: moved(packet.sequence, `${packet.from} ${packet.to}`),
      acknowledgement: packet.flags & flag.ack ? moved(packet.acknowledgement, `${packet.to} ${packet.from}`) : 0,
    }))
    expect(await foundIn(captureOf(wrapped))).toEqual(expected)
  })

  test("whose segments with data come in any order within a few packets of one side", async () => {
    const cut = inSegments(packets, 700)
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(3)), async (stream) => {
        const shuffled = [...cut]
        const chances = stream[Symbol.iterator]()
        for (let at = 0; at + 1 < shuffled.length; at++) {
          const [one, other] = [shuffled[at], shuffled[at + 1]]
          if (one === undefined || other === undefined || one.from !== other.from || one.to !== other.to) continue
          if ((one.flags | other.flags) & (flag.syn | flag.fin | flag.rst) || chances.next().value !== 0) continue
          shuffled.splice(at, 2, other, one)
        }
        expect((await foundIn(captureOf(shuffled))).blobs).toEqual(expected.blobs)
      }),
      { numRuns: 5 },
    )
  })

  test("of data that Wireshark has decrypted and exported, without numbers", async () => {
    const tag = (number: number, value: Buffer): Buffer => {
      const head = Buffer.alloc(4)
      head.writeUInt16BE(number, 0)
      head.writeUInt16BE(value.length, 2)
      return Buffer.concat([head, value])
    }
    const number = (value: number): Buffer => {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    }
    const exported = packets
      .filter(({ payload }) => payload.length > 0)
      .map(({ time, from, to, payload }) => {
        const [[host = "", port = ""], [hostTo = "", portTo = ""]] = [from.split(":"), to.split(":")]
        const tags = [
          tag(12, Buffer.from("data")),
          tag(20, Buffer.from(host.split(".").map(Number))),
          tag(21, Buffer.from(hostTo.split(".").map(Number))),
          tag(24, number(2)),
          tag(25, number(Number(port))),
          tag(26, number(Number(portTo))),
          tag(0, Buffer.alloc(0)),
        ]
        return { time, ip: Buffer.concat([...tags, payload]) }
      })
    const { blobs } = await foundIn(pcap(exported, { link: { type: 252, wrap: (data) => data } }))
    expect(blobs).toEqual(expected.blobs)
  })
})

describe("a connection that is not whole", () => {
  test("without its SYN is read where the link is there", async () => {
    const without = packets.filter(({ flags }) => (flags & flag.syn) === 0)
    expect((await foundIn(captureOf(without))).blobs).toEqual(expected.blobs)
    const answered = packets.filter(({ flags }) => (flags & (flag.syn | flag.ack)) !== flag.syn)
    expect(await foundIn(captureOf(answered))).toEqual(expected)
  })

  test("without its link is not judged, and is counted", async () => {
    const late = packets.slice(packets.findLastIndex(({ payload }) => payload.toString("latin1", 0, 4) === "REDQ") + 1)
    const { connections } = await summaryOf(late)
    expect(connections.spice).toBe(0)
    expect(connections.unknown).toBeGreaterThan(8)
  })

  test("with a gap in a payload goes on behind it, and says so", async () => {
    const cut = inSegments(packets, 1000)
    // The server measures the network by a ping of 250 KB, which is on its way here.
    const begin = cut.findIndex(({ to, payload }) => to === main && payload.length === 1000)
    const long = begin + 20
    const { blobs } = await foundIn(captureOf(cut.filter((_, index) => index !== long)))
    expect(blobs).toEqual(expected.blobs)
    const { verdict, rules } = await verdictOf(
      cut.filter((_, index) => index !== long),
      main,
    )
    expect({ verdict, rules }).toEqual({ verdict: "unknown", rules: ["capture/payload-gap"] })
  })

  test("with a gap elsewhere is not read any further", async () => {
    const first = packets.findIndex(({ from, payload }) => from === inputs && payload.length > 130)
    const gone = packets.filter((_, index) => index !== first)
    const { verdict, rules } = await verdictOf(gone, inputs)
    expect({ verdict, rules }).toEqual({ verdict: "unknown", rules: ["capture/gap"] })
  })

  test("of which only the client's side was captured is unknown, not refused", async () => {
    const oneSided = packets.filter(({ from, to }) => !isOf({ from, to } as TcpPacket, inputs) || from === inputs)
    const { verdict, rules } = await verdictOf(oneSided, inputs)
    expect({ verdict, rules }).toEqual({ verdict: "unknown", rules: ["capture/gap"] })
  })

  test("with other bytes the second time is unknown", async () => {
    const doubled = packets.flatMap((packet) =>
      packet.from === inputsThere && packet.payload.length > 10
        ? [packet, { ...packet, payload: Buffer.from(packet.payload.map((byte) => byte ^ 1)) }]
        : [packet],
    )
    expect((await foundIn(captureOf(doubled))).blobs).toEqual(expected.blobs)
    const { verdict, rules } = await verdictOf(doubled, inputsThere)
    expect({ verdict, rules }).toEqual({ verdict: "unknown", rules: ["capture/conflicting-bytes"] })
  })

  test("that the capture's end cuts off is open", async () => {
    const data = packets.findIndex(({ from, payload }) => from === inputsThere && payload.length > 10)
    expect(await verdictOf(packets.slice(0, data + 1), inputsThere)).toMatchObject({ end: "open" })
  })
})

/** The packets of one connection, moved behind all others under other numbers. */
const again = (client: string): readonly TcpPacket[] => {
  const last = packets.at(-1)?.time ?? 0
  return packets
    .filter((packet) => isOf(packet, client))
    .map((packet) => ({
      ...packet,
      time: packet.time + last,
      sequence: (packet.sequence + 12_345_678) >>> 0,
      acknowledgement: packet.flags & flag.ack ? (packet.acknowledgement + 12_345_678) >>> 0 : 0,
    }))
}

describe("ports that are used again", () => {
  test("are another connection once its SYN is answered, whether the first one was closed or not", async () => {
    const open = packets.filter(({ flags }) => (flags & (flag.fin | flag.rst)) === 0)
    for (const before of [packets, open]) {
      const { connections } = await summaryOf([...before, ...again(mainThere)])
      expect(connections.spice).toBe(17)
    }
  })

  test("are not for a SYN that nobody answers: it cannot hide what follows", async () => {
    const place = packets.findIndex(({ from, payload }) => from === inputsThere && payload.length > 0)
    const [syn] = packets.filter((packet) => isOf(packet, inputsThere))
    if (syn === undefined) throw new Error("no SYN")
    const spoofed = { ...syn, sequence: (syn.sequence + 99_999) >>> 0 }
    const fooled = [...packets.slice(0, place), spoofed, ...packets.slice(place)]
    expect(await foundIn(captureOf(fooled))).toEqual(expected)
  })

  test("a reset that has another number than the next one ends nothing", async () => {
    const place = packets.findIndex(({ from, payload }) => from === inputsThere && payload.length > 0)
    const next = packets[place]
    if (next === undefined) throw new Error("no packet")
    const reset = (sequence: number) => ({
      ...next,
      flags: flag.rst,
      payload: Buffer.alloc(0),
      sequence: sequence >>> 0,
    })
    const with_ = (packet: TcpPacket) => [...packets.slice(0, place), packet, ...packets.slice(place)]
    expect(await foundIn(captureOf(with_(reset(next.sequence + 1000))))).toEqual(expected)
    const ended = await foundIn(captureOf(with_(reset(next.sequence))))
    expect(ended.blobs).toHaveLength(expected.blobs.length - 1)
  })
})

test("somebody who goes on behind his own reset is told of: the reset may never have arrived", async () => {
  const place = packets.findLastIndex(({ from, payload }) => from === inputsThere && payload.length > 0)
  const next = packets[place]
  if (next === undefined) throw new Error("no packet")
  const reset = { ...next, flags: flag.rst, payload: Buffer.alloc(0) }
  const { problems } = await foundIn(captureOf([...packets.slice(0, place), reset, ...packets.slice(place)]))
  expect(problems).toEqual(["capture/after-reset 1"])
})

/** A connection from its SYN on, whose sides say these things in turn. */
const conversation = (
  client: string,
  server: string,
  said: readonly (readonly ["client" | "server", Uint8Array])[],
) => {
  const next = { client: 1000, server: 2000 }
  const send = (side: "client" | "server", flags: number, payload: Uint8Array): TcpPacket => {
    const other = side === "client" ? "server" : "client"
    const [from, to] = side === "client" ? [client, server] : [server, client]
    const packet = {
      ...{ time: 1e15, from, to, flags, payload: Buffer.from(payload) },
      ...{ sequence: next[side], acknowledgement: flags & flag.ack ? next[other] : 0 },
    }
    next[side] += payload.length + (flags & flag.syn ? 1 : 0)
    return packet
  }
  const none = new Uint8Array()
  return [
    send("client", flag.syn, none),
    send("server", flag.syn | flag.ack, none),
    ...said.map(([side, payload]) => send(side, flag.ack, payload)),
  ]
}

const tls = Buffer.from("160301020001000001fc0303", "hex")

describe("what is no SPICE", () => {
  test.each<[string, readonly (readonly ["client" | "server", Uint8Array])[], string]>([
    ["TLS", [["client", tls]], "tls"],
    ["TLS, byte by byte", [...tls].map((byte) => ["client", Uint8Array.of(byte)] as const), "tls"],
    ["a client that says something else", [["client", Buffer.from("GET / HTTP/1.1\r\n")]], "other"],
    ["a client that says almost REDQ", [["client", Buffer.from("REDX")]], "other"],
    ["a server that speaks first", [["server", Buffer.from("SSH-2.0-OpenSSH\r\n")]], "other"],
    ["SPICE", [["client", Buffer.from("REDQ")]], "spice"],
    ["SPICE, byte by byte", [..."REDQ"].map((text) => ["client", Buffer.from(text)] as const), "spice"],
  ])("%s", async (_, said, kind) => {
    const counts = { spice: 0, tls: 0, unknown: 0, other: 0, [kind]: 1 }
    expect((await summaryOf(conversation("10.0.0.1:40000", "10.0.0.2:5900", said))).connections).toEqual(counts)
  })

  test("16384 connections are followed at most; the one that was silent for longest is let go of", async () => {
    const many = Array.from({ length: 16_390 }, (_, index) =>
      conversation(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}:40000`, "10.99.0.1:5900", [
        ["client", Buffer.from("REDQ")],
      ]),
    ).flat()
    const sessions = await sessionsIn(many)
    const ends = sessions.flatMap(({ connections }) => connections.map(({ end }) => end))
    expect(ends.filter((end) => end === "forgotten")).toHaveLength(6)
    expect(ends.filter((end) => end === "open")).toHaveLength(16_384)
  })
})

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index)
  return bytes
}

test("what was gathered of messages whose rest is missing is let go of", () => {
  const size = 16 << 20
  const link = Buffer.concat([Buffer.from("REDQ"), words(2, 2, 26, 0), Buffer.from([9, 0]), words(1, 1, 18, 0b1011, 0)])
  const reply = Buffer.concat([
    Buffer.from("REDQ"),
    ...[words(2, 2, 186, 0), Buffer.alloc(162), words(1, 1, 178, 0b1011, 0)],
  ])
  const header = Buffer.from([2, 0, ...words(size)])
  const opening = [
    ["client", link],
    ["server", reply],
    ["client", Buffer.concat([words(1), Buffer.alloc(128)])],
    ["server", Buffer.concat([words(0), header])],
  ] as const
  const piece = new Uint8Array(32_768)
  const receiver = { ...defaultReceiver, maxBlobBytes: { ...defaultReceiver.maxBlobBytes, usbredir: size } }
  const reader = readCapture({ receiver })
  reader.push(captureHead)
  const ends: string[] = []
  for (let number = 0; number < 24; number++) {
    const [client, server] = [1, 2].map((host) => ({ address: Uint8Array.of(10, 0, number, host), port: 5900 }))
    if (client === undefined || server === undefined) continue
    const writer = writeConnection(client, server, number)
    const say = (from: "client" | "server", bytes: Uint8Array): void => {
      for (const packet of writer.said(from, bytes, number))
        for (const event of reader.push(packet)) if (event.kind === "connection") ends.push(event.connection.end)
    }
    reader.push(writer.begin(number))
    for (const [side, bytes] of opening) say(side, bytes)
    for (let sent = piece.length; sent < size; sent += piece.length) say("server", piece)
    // This one is not in the capture, and the client has received it.
    writer.said("server", piece, number)
    for (let count = 0; count < 20; count++)
      for (const side of ["server", "client"] as const) say(side, Uint8Array.of(0))
  }
  setFlagsFromString("--expose-gc")
  runInNewContext("gc()")
  expect(new Set(ends)).toEqual(new Set(["forgotten"]))
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(320 << 20)
})

describe("what a client does wrong", () => {
  test("its data comes without a migration", async () => {
    const silent = hostilePackets()
      .map(tcpOf)
      .filter(({ flags }) => flags >= 0)
    const capture = pcap(silent.map(ipOf), { link: links["raw IP"] ?? { type: 101, wrap: (ip) => ip } })
    const [, target] = await all(sessionsOf([capture]))
    expect(target?.verdict).toBe("reject")
  })

  test("its link is none", async () => {
    const link = Buffer.concat([Buffer.from("REDQ"), Buffer.from("020000000200000001000000", "hex")])
    const [session] = await sessionsIn(conversation("10.0.0.1:40000", "10.0.0.2:5900", [["client", link]]))
    expect(session?.verdict).toBe("reject")
    expect(session?.connections[0]?.violations.map(({ rule }) => rule)).toEqual(["wire/link-size-limit"])
  })

  test("a message before the server's reply is refused where the capture has all that the server said", async () => {
    const header = Buffer.concat([Buffer.from("REDQ"), Buffer.from("02000000020000001a000000", "hex")])
    const message = Buffer.from("00000000010001000000010000001200000009000000000000000000", "hex").subarray(0, 26)
    const said = [["client", Buffer.concat([header, message, Buffer.alloc(10)])]] as const
    const [session] = await sessionsIn(conversation("10.0.0.1:40000", "10.0.0.2:5900", said))
    expect(session?.connections[0]?.violations.map(({ rule }) => rule)).toEqual(["wire/reply-first"])
  })
})

/** A link of a channel, and what follows on either side of it. */
const linked = (type: number, messages: readonly (readonly ["client" | "server", Uint8Array])[]) => {
  const words = (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length)
    for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index)
    return bytes
  }
  const magic = Buffer.from("REDQ")
  const request = Buffer.concat([magic, words(2, 2, 26, 7), Buffer.from([type, 0]), words(1, 1, 18, 0b1011, 0)])
  const reply = Buffer.concat([magic, words(2, 2, 186, 0), Buffer.alloc(162), words(1, 1, 178, 0b1011, 0)])
  return conversation("10.0.0.1:40000", "10.0.0.2:5900", [
    ["client", request],
    ["server", reply],
    ["client", Buffer.concat([words(1), Buffer.alloc(128)])],
    ["server", words(0)],
    ...messages,
  ])
}

const message = (type: number, payload: Uint8Array, announced = payload.length): Buffer => {
  const header = Buffer.alloc(6)
  header.writeUInt16LE(type, 0)
  header.writeUInt32LE(announced, 2)
  return Buffer.concat([header, payload])
}

const rulesOf = (sessions: readonly CapturedSession[], list: "violations" | "problems") =>
  sessions.flatMap(({ connections }) => connections.flatMap((each) => each[list].map(({ rule }) => rule)))

describe("data that is not judged", () => {
  const envelope = Buffer.concat([Buffer.from("MGSE"), Buffer.alloc(400)])

  test("because it is sealed is told as such, from either side, and the connection is unknown", async () => {
    const tcp = linked(3, [
      ["server", message(2, envelope)],
      ["client", message(5, envelope)],
      ["client", message(111, Buffer.alloc(10))],
    ])
    const blobs = await all(blobsOf([captureOf(tcp)]))
    expect(blobs.map(({ from, isSealed, violations }) => ({ from, isSealed, violations }))).toEqual([
      { from: "server", isSealed: true, violations: [] },
      { from: "client", isSealed: true, violations: [] },
    ])
    expect(rulesOf(await sessionsIn(tcp), "problems")).toEqual(["capture/sealed"])
  })

  test.each(["client", "server"] as const)("because the %s announces more than its receiver takes", async (side) => {
    const tcp = linked(3, [[side, message(side === "client" ? 5 : 2, Buffer.alloc(8), 0xffffffff)]])
    expect(await all(blobsOf([captureOf(tcp)]))).toEqual([])
    expect(rulesOf(await sessionsIn(tcp), "violations")).toContain("capture/blob-size")
  })

  test("on a channel that carries none is a message like another", async () => {
    const tcp = linked(4, [["server", message(2, Buffer.alloc(8))]])
    expect(await all(blobsOf([captureOf(tcp)]))).toEqual([])
  })
})

test("a side with more types of message than 64 has the rest counted together", async () => {
  const many = Array.from({ length: 100 }, (_, index) => ["server", message(200 + index, Buffer.alloc(3))] as const)
  const [session] = await sessionsIn(linked(4, many))
  const counts = session?.connections[0]?.messages.filter(({ from }) => from === "server") ?? []
  expect(counts).toHaveLength(65)
  expect(counts.at(-1)).toEqual({ from: "server", type: undefined, count: 36, bytes: 108 })
})

test("a server's reply that is none ends the reading of its side", async () => {
  const request = Buffer.concat([Buffer.from("REDQ"), Buffer.from("02000000020000001a000000", "hex")])
  const said = [
    ["client", request],
    ["server", Buffer.from("XXXXXXXXXXXXXXXXXXXX")],
  ] as const
  const sessions = await sessionsIn(conversation("10.0.0.1:40000", "10.0.0.2:5900", said))
  expect(rulesOf(sessions, "violations")).toEqual(["wire/reply-magic"])
})

test("a receiver that is none is a mistake of the caller", () => {
  expect(() => readCapture({ receiver: {} as ReceiverState })).toThrow(TypeError)
})

test("a reader that has ended yields nothing more", () => {
  const reader = readCapture()
  expect(reader.end()).toHaveLength(1)
  expect(reader.end()).toEqual([])
})

test.each([
  ["main", "client", 110, "MIGRATE_DST_DO_SEAMLESS"],
  ["main", "server", 118, "MIGRATE_DST_SEAMLESS_NACK"],
  ["cursor", "client", 5, "MIGRATE_DATA"],
  ["display", "server", 304, "DRAW_COPY"],
  ["port", "server", 201, "INIT"],
  ["inputs", "client", 999, undefined],
] as const)("a message of %s from the %s, %d, is called %s", (channel, from, type, name) => {
  expect(messageName(channel, from, type)).toBe(name)
})
