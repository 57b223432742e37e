import { setImmediate } from "node:timers/promises"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { frameConnection } from "../../../src/spice/wire/connection.js"
import { Violation } from "../../../src/violation/violation.js"
import { type Choices, connected } from "./connected.js"
import { concat, full, linkOf, mechanism, mini, modern, replyOf, ticket, word } from "./conversation.js"

const nothing = new Uint8Array()

/** A connection on which both sides have linked. */
const linked = (options: Parameters<typeof linkOf>[0] = {}, choices: Choices = {}, server = modern) => {
  const connection = connected(choices)
  connection.fromClient(linkOf(options))
  connection.fromServer(replyOf({ common: [server] }))
  connection.fromClient(concat(mechanism, ticket))
  connection.fromServer(word(0))
  return connection
}

const ruleOf = (violation: Violation | undefined): string | undefined => violation?.rule

describe("a connection that begins with", () => {
  const begins = (bytes: Uint8Array, sizes?: readonly number[]) => ruleOf(connected().fromClient(bytes, sizes))
  const cases: readonly (readonly [string, Uint8Array, string | undefined])[] = [
    ["a link", linkOf({}), undefined],
    ["a link of every channel that is known", linkOf({ channel: 11 }), undefined],
    ["a link without capabilities", linkOf({ common: [], own: [] }), undefined],
    ["a TLS handshake", Uint8Array.of(0x16, 3, 1, 0, 200), "wire/no-tls"],
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\n"), "wire/no-web-socket"],
    ["no HTTP request, though its first letter is one's", Buffer.from("GIF89a"), "wire/link-magic"],
    ["what is an HTTP request but for the last letter", Buffer.from("GETX / HTTP/1.1\r\n"), "wire/link-magic"],
    ["the start of an HTTP request, and nothing more", Buffer.from("GET"), undefined],
    ["an HTTP request of which no more has come", Buffer.from("GET "), "wire/no-web-socket"],
    ["another letter", Buffer.from("RFB 003.008\n"), "wire/link-magic"],
    ["a G at another place", Buffer.from("RGDQ"), "wire/link-magic"],
    ["another major version", linkOf({ major: 1 }), "wire/link-version"],
    ["a link of 17 bytes", linkOf({ size: 17 }), "wire/link-size-limit"],
    ["a link of 4097 bytes", linkOf({ size: 4097 }), "wire/link-size-limit"],
    ["a link of 2^32 - 1 bytes", linkOf({ size: 0xffffffff }), "wire/link-size-limit"],
    ["a link of the channel 0", linkOf({ channel: 0 }), "wire/channel-type"],
    ["a link of the channel 7", linkOf({ channel: 7 }), "wire/channel-type"],
    ["a link of the channel 12", linkOf({ channel: 12 }), "wire/channel-type"],
    ["capabilities at another place", linkOf({ capsOffset: 22 }), "wire/capabilities-offset"],
    [
      "a link that is longer than its capabilities",
      concat(linkOf({ size: 27 }), nothing, Uint8Array.of(0)),
      "wire/link-size",
    ],
    ["a link that is shorter", linkOf({ size: 25 }), "wire/link-size"],
    [
      "more than 1024 capabilities",
      concat(linkOf({ common: [], own: [] }).subarray(0, 22), word(1025), word(0), word(18)),
      "wire/capabilities-limit",
    ],
  ]

  test.each(cases)("%s", (_, bytes, rule) => {
    expect(begins(bytes)).toBe(rule)
    expect(begins(bytes, [1])).toBe(rule)
    for (let cut = 1; cut < bytes.length; cut++) expect(begins(bytes, [cut, bytes.length])).toBe(rule)
  })

  test.each<[string, Uint8Array, object]>([
    ["of what is no link", Buffer.from("RFB 003.008\n"), { path: "magic", offset: 0, length: 4 }],
    ["of a version", linkOf({ major: 1 }), { path: "major_version", offset: 4, length: 4, actual: 1, expected: 2 }],
    ["of a size", linkOf({ size: 25 }), { path: "size", offset: 12, length: 4, actual: 25, expected: 26 }],
  ])("the refusal %s says where it is wrong", (_, bytes, place) => {
    expect(connected().fromClient(bytes)).toMatchObject(place)
  })

  test("a link that is refused forwards nothing", () => {
    const connection = connected()
    connection.fromClient(linkOf({ channel: 7 }))
    expect(connection.passed()).toEqual(nothing)
    expect(connection.told).toEqual([])
  })

  test("anything at all is refused, or held as far as it may be a link", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 20 }), (bytes, size) => {
        const { fromClient, passed } = connected()
        fromClient(bytes, [size])
        expect(passed()).toEqual(nothing)
      }),
    )
  })
})

describe("after the link message", () => {
  test("the mechanism is chosen and the link judged before the ticket's end passes", () => {
    const connection = linked({ channel: "display", id: 2, connectionId: 9 })
    expect(connection.told).toEqual([
      ["link", "display", 2, 9],
      ["result", 0],
    ])
    const sent = concat(linkOf({ channel: "display", id: 2, connectionId: 9 }), mechanism, ticket)
    expect(connection.passed()).toEqual(sent)
  })

  test("nothing passes before the reply", () => {
    const connection = connected()
    const refused = connection.fromClient(concat(linkOf({}), mechanism))
    expect(refused).toMatchObject({ rule: "wire/reply-first", path: "", offset: 0, length: 0 })
    expect(connection.passed()).toEqual(linkOf({}))
  })

  test.each([
    [2, "wire/no-sasl"],
    [0, "wire/known-mechanism"],
    [3, "wire/known-mechanism"],
  ])("the mechanism %i is refused", (chosen, rule) => {
    const connection = connected()
    connection.fromClient(linkOf({}))
    connection.fromServer(replyOf())
    expect(connection.fromClient(word(chosen))).toMatchObject({ rule, path: "auth_mechanism", offset: 0, length: 4 })
    expect(connection.passed()).toEqual(linkOf({}))
    // And stays so.
    expect(ruleOf(connection.fromClient(word(1)))).toBe(rule)
  })

  test.each([
    [[modern], []],
    [[], [modern]],
    [[0b1010], [modern]],
    [[modern], [0b1010]],
  ])("client %j and server %j: without selection the ticket follows at once", (client, server) => {
    const connection = connected()
    connection.fromClient(linkOf({ common: client }))
    connection.fromServer(replyOf({ common: server }))
    expect(connection.fromClient(ticket, [100, 28])).toBe(undefined)
    expect(connection.told).toEqual([["link", "main", 0, 0]])
    expect(connection.passed()).toEqual(concat(linkOf({ common: client }), ticket))
  })

  test("a link that the listener refuses: the end of the ticket does not pass", () => {
    const violation = new Violation(
      { id: "x", code: "out-of-order", requirement: "", consequence: "" },
      { path: "", offset: 0, length: 0 },
    )
    const connection = connected({ link: () => violation })
    connection.fromClient(linkOf({}))
    connection.fromServer(replyOf())
    expect(connection.fromClient(concat(mechanism, ticket), [100])).toBe(violation)
    expect(connection.passed()).toEqual(concat(linkOf({}), mechanism, ticket.subarray(0, 96)))
  })

  test("a server that refuses the link is not followed any further", () => {
    const connection = connected()
    connection.fromClient(linkOf({}))
    expect(connection.fromServer(replyOf({ error: 7, common: [] }))).toBe(undefined)
    expect(connection.fromServer(new Uint8Array(1000))).toBe(undefined)
    expect(connection.told).toEqual([])
    expect(ruleOf(connection.fromClient(mechanism))).toBe("wire/reply-first")
  })

  test("a server that refuses the ticket is not followed any further", () => {
    const connection = connected()
    connection.fromClient(linkOf({}))
    connection.fromServer(replyOf())
    connection.fromClient(concat(mechanism, ticket))
    connection.fromServer(concat(word(7), mini(4, new Uint8Array(12))))
    expect(connection.told).toEqual([
      ["link", "main", 0, 0],
      ["result", 7],
    ])
  })

  test("a server that speaks first is not believed", () => {
    const connection = connected()
    connection.fromServer(concat(replyOf(), word(0), mini(1, word(1))))
    expect(connection.told).toEqual([])
    connection.fromClient(linkOf({}))
    expect(ruleOf(connection.fromClient(mechanism))).toBe("wire/reply-first")
  })

  test.each([
    [replyOf({ magic: "RFB " }), { path: "magic", offset: 0, length: 4 }],
    [replyOf({ size: 177 }), { path: "size", offset: 12, length: 4, actual: 177 }],
    [replyOf({ capsOffset: 179 }), { path: "caps_offset", offset: 174, length: 4, actual: 179, expected: 178 }],
  ])("a reply that is none is wrong at a place", (reply, place) => {
    const connection = connected()
    connection.fromClient(linkOf({}))
    expect(connection.fromServer(reply)).toMatchObject(place)
  })

  test("a reply may be as long as a link", () => {
    const connection = connected()
    connection.fromClient(linkOf({}))
    expect(connection.fromServer(concat(replyOf({ size: 4096 }), new Uint8Array(4096 - 182)))).toBe(undefined)
    expect(connection.fromClient(mechanism)).toBe(undefined)
  })

  test.each([1, 7, 5000])("what the server says passes, in chunks of %i bytes", (size) => {
    for (const error of [0, 7]) {
      const { fromClient, readServer } = connected()
      const say = (bytes: Uint8Array) => {
        for (let at = 0; at < bytes.length; at += size) {
          const chunk = bytes.slice(at, at + size)
          const passed = readServer(chunk)
          expect(passed instanceof Violation ? passed : concat(...passed)).toEqual(chunk)
        }
      }
      fromClient(linkOf({}))
      say(replyOf({ common: [modern], error }))
      if (error === 0) fromClient(concat(mechanism, ticket))
      say(concat(word(0), mini(101, word(1)), mini(118)))
    }
  })

  test.each([
    [replyOf({ magic: "RFB " }), "wire/reply-magic"],
    [replyOf({ size: 177 }), "wire/reply-size"],
    [replyOf({ size: 4097 }), "wire/reply-size"],
    [replyOf({ capsOffset: 179 }), "wire/reply-size"],
    [replyOf({ capsOffset: 0xffffffff }), "wire/reply-size"],
  ])("a reply that is none is a violation", (reply, rule) => {
    const connection = connected()
    connection.fromClient(linkOf({}))
    expect(ruleOf(connection.fromServer(reply, 7))).toBe(rule)
    expect(ruleOf(connection.fromServer(replyOf()))).toBe(rule)
  })
})

describe("the client's messages", () => {
  test("MIGRATE_DATA is held whole, and nothing behind it is looked at before the next event is asked for", () => {
    const connection = linked({ channel: "inputs" })
    const before = connection.passed().length
    const blob = Uint8Array.of(1, 2, 3, 4)
    connection.framers.client.push(concat(mini(101, blob), mini(5, blob), mini(102)))
    expect(connection.readClient("whole")).toBe(undefined)
    expect(connection.framers.client.unread()).toBe(6)
    expect(connection.told.slice(2)).toEqual([
      ["message", 101, 4, []],
      ["message", 5, 4, []],
      ["data", [5, 0, 4, 0, 0, 0], [1, 2, 3, 4]],
    ])
    expect(connection.passed().subarray(before)).toEqual(mini(101, blob))
  })

  test("chunks that come while nothing is asked for are read in their order, and counted with what each costs", () => {
    const { framers, readClient, told } = linked({ channel: "inputs" })
    const bytes = concat(mini(101), mini(102, word(1)), mini(103))
    for (let at = 0; at < bytes.length; at += 5) framers.client.push(bytes.slice(at, at + 5))
    expect(framers.client.unread()).toBe(bytes.length + 5 * 256)
    expect(readClient()).toBe(undefined)
    expect(told.slice(2).map(([, type]) => type)).toEqual([101, 102, 103])
    expect(framers.client.unread()).toBe(0)
  })

  test("data of many chunks comes whole", () => {
    const payload = Uint8Array.from({ length: 50_000 }, (_, index) => index)
    for (const size of [4096, 20_000, 60_000]) {
      const connection = linked({ channel: "display" })
      connection.fromClient(concat(mini(5, payload), mini(101)), [size])
      expect(connection.told.at(-2)).toEqual(["data", [...mini(5, payload).subarray(0, 6)], [...payload]])
      expect(connection.told.at(-1)).toEqual(["message", 101, 0, []])
    }
  })

  test("MIGRATE_DATA without a byte is whole at once", () => {
    const connection = linked({ channel: "inputs" })
    connection.fromClient(mini(5))
    expect(connection.told.at(-1)).toEqual(["data", [5, 0, 0, 0, 0, 0], []])
  })

  test("data that is not held passes like any message", () => {
    const connection = linked({ channel: "inputs" }, { message: () => undefined })
    const before = connection.passed().length
    connection.fromClient(mini(5, word(7)), [3])
    expect(connection.passed().subarray(before)).toEqual(mini(5, word(7)))
  })

  test("a message that is refused does not pass, and what was before it does", () => {
    const violation = new Violation(
      { id: "x", code: "out-of-order", requirement: "", consequence: "" },
      { path: "", offset: 0, length: 0 },
    )
    const connection = linked({}, { message: (type) => (type === 4 ? violation : undefined) })
    const before = connection.passed().length
    for (const _ of [1, 2]) expect(connection.fromClient(concat(mini(1, word(1)), mini(4), mini(2)))).toBe(violation)
    expect(connection.passed().subarray(before)).toEqual(mini(1, word(1)))
  })

  test("a refusal of a message that chunks cut", () => {
    const violation = new Violation(
      { id: "x", code: "out-of-order", requirement: "", consequence: "" },
      { path: "", offset: 0, length: 0 },
    )
    const connection = linked({}, { message: (type) => (type === 110 ? violation : undefined) })
    const before = connection.passed().length
    expect(connection.fromClient(concat(mini(1, word(1)), mini(110, word(1)), mini(2)), [1])).toBe(violation)
    expect(connection.passed().subarray(before)).toEqual(mini(1, word(1)))
  })

  test("the beginning of a payload is shown where the session looks at it", () => {
    const port = linked({ channel: "port" })
    port.fromClient(mini(102, Uint8Array.of(1, 2, 3, 4, 5, 6)), [8])
    port.fromClient(mini(102, Uint8Array.of(1, 2)))
    expect(port.told.slice(2)).toEqual([
      ["message", 102, 6, [1, 2, 3, 4, 5]],
      ["message", 102, 2, [1, 2]],
    ])
    const main = linked({})
    main.fromClient(mini(110, word(1)))
    expect(main.told.slice(2)).toEqual([["message", 110, 4, []]])
    const usbredir = linked({ channel: "usbredir" })
    usbredir.fromClient(concat(mini(102, new Uint8Array(9)), mini(101, new Uint8Array(9))))
    expect(usbredir.told.slice(2)).toEqual([
      ["message", 102, 9, [0, 0, 0, 0, 0]],
      ["message", 101, 9, []],
    ])
  })

  test.each([
    [[0b0011], modern],
    [[modern], 0b0011],
  ])("have the long header unless both sides have the capability: client %j, server %i", (common, server) => {
    const connection = linked({ common, channel: "inputs" }, {}, server)
    connection.fromClient(concat(full(101, word(9)), full(5, word(7))), [1])
    expect(connection.told.slice(2)).toEqual([
      ["message", 101, 4, []],
      ["message", 5, 4, []],
      ["data", [...full(5, word(7)).subarray(0, 18)], [7, 0, 0, 0]],
    ])
  })

  const message = fc.oneof(
    fc.record({ type: fc.constantFrom(1, 2, 3, 101, 110, 65535), payload: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ type: fc.constant(5), payload: fc.uint8Array({ maxLength: 6000 }) }),
  )
  const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 })

  test("however they are cut, the same is told and the same passes", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), sizes, fc.boolean(), (messages, cuts, isLong) => {
        const framed = messages.map(({ type, payload }) => (isLong ? full(type, payload) : mini(type, payload)))
        const options = { common: [isLong ? 0b0011 : modern] }
        const [once, cut] = [linked(options), linked(options)]
        const before = once.passed().length
        once.fromClient(concat(...framed))
        cut.fromClient(concat(...framed), cuts)
        expect(cut.told).toEqual(once.told)
        const ordinary = framed.filter((_, index) => messages[index]?.type !== 5)
        expect(once.passed().subarray(before)).toEqual(concat(...ordinary))
        expect(cut.passed()).toEqual(once.passed())
      }),
    )
  })

  test("a truncated message is neither told nor passed beyond what was judged", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (payload, cut) => {
        const bytes = mini(5, payload)
        const connection = linked({ channel: "display" })
        const before = connection.passed().length
        connection.fromClient(bytes.subarray(0, cut % bytes.length), [3])
        expect(connection.told.filter(([kind]) => kind === "data")).toEqual([])
        expect(connection.passed().length).toBe(before)
      }),
    )
  })

  test("memory follows what came, not what was announced", () => {
    const connection = linked({ channel: "display" })
    const before = process.memoryUsage().arrayBuffers
    connection.fromClient(mini(5, new Uint8Array(9000), 0xffffffff), [4000])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20)
  })
})

test("what a server says behind a reply that is none is not kept", async () => {
  const { server } = frameConnection(1, () => true)
  server.push(Buffer.from("HTTP/1.1 400 Bad"))
  expect(server.next()?.kind).toBe("broken")
  const said = Array.from({ length: 64 }, () => {
    const chunk = new Uint8Array(1)
    server.push(chunk)
    return new WeakRef(chunk)
  })
  await setImmediate()
  setFlagsFromString("--expose-gc")
  runInNewContext("gc()")
  expect(said.filter((chunk) => chunk.deref() !== undefined).length).toBeLessThan(8)
  expect(server.next()?.kind).toBe("broken")
})

describe("the server's messages", () => {
  test("are told with their heads, however they are cut", () => {
    const init = Uint8Array.from({ length: 32 }, (_, index) => index)
    const bytes = concat(
      mini(103, init),
      mini(3, init.subarray(0, 12)),
      mini(1, word(3)),
      mini(1, Uint8Array.of(1)),
      mini(101, new Uint8Array(5000)),
      mini(117),
    )
    const told = [
      ["server", 103, 32, [...init.subarray(0, 20)]],
      ["server", 3, 12, [...init.subarray(0, 8)]],
      ["server", 1, 4, [3, 0, 0, 0]],
      ["server", 1, 1, [1]],
      ["server", 101, 5000, []],
      ["server", 117, 0, []],
    ]
    for (const size of [1, 7, 4096, bytes.length]) {
      const connection = linked({})
      expect(connection.fromServer(bytes, size)).toBe(undefined)
      expect(connection.told.slice(2)).toEqual(told)
    }
    const other = linked({ channel: "cursor" })
    other.fromServer(mini(103, init))
    expect(other.told.slice(2)).toEqual([["server", 103, 32, []]])
  })

  test("are dropped only without a payload", () => {
    const { readServer } = linked({}, { serverMessage: (type) => (type === 118 ? "drop" : undefined), mayDrop: true })
    const [before, behind] = [mini(101, word(1)), mini(118, word(2))]
    const passing = readServer(concat(before, mini(118), behind))
    expect(passing instanceof Violation ? passing : concat(...passing)).toEqual(concat(before, behind))
  })

  test("pass but for those that are dropped, wherever chunks cut them", () => {
    const [before, nack, behind] = [mini(101, word(1)), mini(118), mini(118, word(2))]
    const [longBefore, longNack, longBehind] = [full(101, word(1)), full(118), full(118, word(2))]
    for (const [common, said, kept] of [
      [[modern], concat(before, nack, nack, behind), concat(before, behind)],
      [[0b0011], concat(longBefore, longNack, longNack, longBehind), concat(longBefore, longBehind)],
    ] as const)
      for (let size = 1; size <= said.length; size++)
        for (let first = 0; first < size; first++) {
          const { readServer } = linked(
            { common },
            { serverMessage: (type) => (type === 118 ? "drop" : undefined), mayDrop: true },
          )
          const passing: Uint8Array[] = []
          for (let at = 0, end = first; at < said.length; at = end, end += size) {
            const passed = readServer(said.slice(at, end))
            if (passed instanceof Violation) throw passed
            passing.push(...passed)
          }
          expect(concat(...passing)).toEqual(kept)
        }
  })

  test("none can be held or dropped where that was not asked for, or before there is one", () => {
    const { framers } = connected({ mayDrop: true })
    expect([framers.server.hold(), framers.server.drop(), framers.client.hold()]).toEqual([nothing, nothing, nothing])
    const { framers: other, fromServer } = linked({})
    fromServer(mini(118))
    expect([other.server.hold(), other.server.drop()]).toEqual([nothing, nothing])
  })

  test("a message of the guard's own has the header that was agreed on, the long one before", () => {
    expect(linked({}).framers.encode(110, word(2))).toEqual(mini(110, word(2)))
    const long = concat(new Uint8Array(8), Uint8Array.of(110, 0), word(4), word(0), word(2))
    expect(connected().framers.encode(110, word(2))).toEqual(long)
    expect(linked({ common: [0b0011] }).framers.encode(110, word(2))).toEqual(long)
  })

  test("an announced size is only counted", () => {
    const connection = linked({})
    connection.fromServer(mini(101, new Uint8Array(100), 0xffffffff))
    expect(connection.told.slice(2)).toEqual([["server", 101, 0xffffffff, []]])
  })
})
