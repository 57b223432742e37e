import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { blobsOf, eventsOf, sessionsOf } from "../../src/capture/index.js"
import {
  all,
  asIpv6,
  block,
  enhanced,
  face,
  foundIn,
  hostilePackets,
  type IpPacket,
  links,
  type Order,
  pcap,
  pcapng,
  seamlessPackets,
  section,
  simple,
} from "../support/captures.js"

const honest = seamlessPackets()
const expected = await foundIn(pcap(honest))
const { ethernet } = links
if (ethernet === undefined) throw new Error("no Ethernet")

const orders: readonly Order[] = ["LE", "BE"]

describe("a capture", () => {
  test("of an honest client is accepted, with the data of seven channels from either side", () => {
    expect(expected.problems).toEqual([])
    expect(expected.blobs).toHaveLength(14)
    expect(expected.sessions.map((text) => text.split("\n")[0])).toEqual([
      expect.stringMatching(/^\d+ accept$/),
      expect.stringMatching(/^\d+ accept$/),
    ])
  })

  test("of a client that lies is rejected for what the target got", async () => {
    const { blobs, sessions } = await foundIn(pcap(hostilePackets()))
    expect(blobs.filter((text) => text.includes("layout/count-fits"))).toEqual([
      expect.stringMatching(/^client display\/0 /),
    ])
    expect(sessions.map((text) => text.split("\n")[0]?.split(" ")[1])).toEqual(["accept", "reject"])
  })

  test.each(["seamless.pcapng", "hostile.pcap"])("is read as its file lies in the corpus: %s", async (name) => {
    const bytes = readFileSync(new URL(`../../corpus/captures/${name}`, import.meta.url))
    const packets = name === "hostile.pcap" ? hostilePackets() : honest
    expect(await foundIn(bytes)).toEqual(await foundIn(pcap(packets)))
  })

  test.each(orders.flatMap((order) => [false, true].map((nanoseconds) => ({ order, nanoseconds }))))(
    "is the same as pcap: $order, nanoseconds $nanoseconds",
    async (options) => {
      expect(await foundIn(pcap(honest, options))).toEqual(expected)
    },
  )

  test.each(orders.flatMap((order) => [false, true].map((isSimple) => ({ order, isSimple }))))(
    "is the same as pcapng: $order, simple packet blocks $isSimple",
    async (options) => {
      const found = await foundIn(pcapng(honest, options))
      // Simple packets have no time, by which the session judges when main's data came.
      if (options.isSimple) expect(found.blobs).toEqual(expected.blobs)
      else expect(found).toEqual(expected)
    },
  )

  test.each(Object.entries(links))("is the same on %s", async (_, link) => {
    expect(await foundIn(pcap(honest, { link }))).toEqual(expected)
  })

  test.each(Object.entries(links))("is the same in IPv6 on %s", async (_, link) => {
    const packets = honest.map((packet) => asIpv6(packet))
    expect(await foundIn(pcapng(packets, { link }))).toEqual(expected)
  })

  test("is the same behind extension headers of IPv6", async () => {
    expect(await foundIn(pcap(honest.map((packet) => asIpv6(packet, "some"))))).toEqual(expected)
  })

  test("is the same in several sections of either byte order, each with interfaces of its own", async () => {
    const half = Math.floor(honest.length / 2)
    const [first, second] = [honest.slice(0, half), honest.slice(half)]
    const file = Buffer.concat([
      pcapng(first),
      pcapng(second, { order: "BE", ...{ link: links["cooked v2"] ?? ethernet } }),
    ])
    expect(await foundIn(file)).toEqual(expected)
  })

  test.each([1, 7, 4096])("is the same in pieces of %d bytes", async (size) => {
    const file = pcapng(honest.slice(0, 200))
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size)
    }
    expect(await all(eventsOf(pieces()))).toEqual(await all(eventsOf([file])))
  })

  test("has the addresses of IPv6 in brackets, shortened", async () => {
    const [session] = await all(sessionsOf([pcap(honest.map((packet) => asIpv6(packet)))]))
    expect(session?.server).toMatch(/^\[2001:db8::7f00:1\]:\d+$/)
  })

  test.each([
    ["decimal", 3, 1000],
    ["binary", 0x80 | 10, 1024],
  ])("has times of an interface's resolution: %s", async (_, resolution, units) => {
    const times = honest.map(({ time }) => Math.floor((time / 1e6) * units))
    const file = Buffer.concat([
      section("LE"),
      face("LE", 1, resolution),
      ...honest.map(({ ip }, index) => enhanced("LE", ethernet.wrap(ip), times[index] ?? 0)),
    ])
    const [found] = await all(blobsOf([file]))
    const [wanted] = await all(blobsOf([pcap(honest)]))
    expect(Math.abs((found?.time ?? 0) - (wanted?.time ?? 0))).toBeLessThan(2)
  })
})

/** What is wrong with a file as a whole. */
const summaryOf = async (file: Uint8Array) => {
  const last = (await all(eventsOf([file]))).at(-1)
  if (last?.kind !== "summary") throw new Error("no summary at the end")
  const { isWhole, problems } = last.summary
  return { isWhole, problems: problems.map(({ violation, count }) => `${violation.rule} ${count}`) }
}

const file = pcap(honest.slice(0, 20))
const ng = pcapng(honest.slice(0, 20))
const poked = (bytes: Buffer, at: number, value: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy.writeUInt32LE(value >>> 0, at)
  return copy
}

describe("a file that is no whole capture", () => {
  test.each<[string, Uint8Array, boolean, string[]]>([
    ["nothing", Buffer.alloc(0), false, ["capture/format 1"]],
    ["three bytes", file.subarray(0, 3), false, ["capture/format 1"]],
    ["text", Buffer.from("no capture at all"), false, ["capture/format 1"]],
    ["gzip", Buffer.from("1f8b0800000000000003", "hex"), false, ["capture/format 1"]],
    ["a pcap file's header that is cut", file.subarray(0, 23), false, ["capture/complete 1"]],
    ["a pcap file's header alone", file.subarray(0, 24), true, []],
    ["a record's header that is cut", file.subarray(0, 24 + 15), false, ["capture/complete 1"]],
    ["a packet that is cut", file.subarray(0, 24 + 16 + 5), false, ["capture/complete 1"]],
    ["a packet of 4 GiB", poked(file, 24 + 8, 0xffffffff), false, ["capture/record-size 1"]],
    ["a packet of a byte more than libpcap keeps", poked(file, 24 + 8, 262_145), false, ["capture/record-size 1"]],
    ["a section of no byte order", poked(ng, 8, 0), false, ["capture/format 1"]],
    ["a section that is too short", poked(ng, 4, 24), false, ["capture/format 1"]],
    ["a section of an odd size", poked(ng, 4, 29), false, ["capture/format 1"]],
    [
      "a second section of no byte order",
      Buffer.concat([ng, poked(section("LE"), 8, 0)]),
      false,
      ["capture/record-size 1"],
    ],
    ["a block that is shorter than its header", poked(ng, 28 + 4, 8), false, ["capture/record-size 1"]],
    ["a block of an odd size", poked(ng, 28 + 4, 77), false, ["capture/record-size 1"]],
    ["a block that is cut", ng.subarray(0, 40), false, ["capture/complete 1"]],
    ["an unknown block of 4 GiB that is cut", poked(ng, 28 + 4, 0xfffffffc), false, ["capture/complete 1"]],
    [
      "an interface block without its fields",
      Buffer.concat([section("LE"), block("LE", 1, Buffer.alloc(4))]),
      false,
      ["capture/record-size 1"],
    ],
    [
      "a packet block without its fields",
      Buffer.concat([section("LE"), face("LE", 1), block("LE", 6, Buffer.alloc(16))]),
      false,
      ["capture/record-size 1"],
    ],
    [
      "a packet block of 2 MiB",
      Buffer.concat([section("LE"), face("LE", 1), poked(block("LE", 6, Buffer.alloc(16)), 4, 0x200000)]),
      false,
      ["capture/record-size 1"],
    ],
    [
      "a packet that is longer than its block",
      Buffer.concat([section("LE"), face("LE", 1), poked(enhanced("LE", Buffer.alloc(60), 0), 20, 0x1000)]),
      false,
      ["capture/record-size 1"],
    ],
    [
      "an interface that there is not",
      Buffer.concat([section("LE"), enhanced("LE", Buffer.alloc(60), 0)]),
      true,
      ["capture/interface 1"],
    ],
    [
      "an interface of the section before",
      Buffer.concat([section("LE"), face("LE", 1), section("LE"), simple("LE", Buffer.alloc(60))]),
      true,
      ["capture/interface 1"],
    ],
    [
      "an obsolete packet block",
      Buffer.concat([section("LE"), face("LE", 1), block("LE", 2, Buffer.alloc(40))]),
      true,
      ["capture/block 1"],
    ],
    [
      "options that are longer than their block",
      Buffer.concat([
        section("LE"),
        block("LE", 1, Buffer.from("010000000000000009000100", "hex")),
        simple("LE", Buffer.alloc(60)),
      ]),
      true,
      [],
    ],
    [
      "a link type that nobody knows",
      pcap(honest.slice(0, 2), { link: { type: 147, wrap: (ip) => ip } }),
      true,
      ["capture/link-type 2"],
    ],
  ])("%s", async (_, bytes, isWhole, problems) => {
    expect(await summaryOf(bytes)).toEqual({ isWhole, problems })
  })

  test("has at most 1024 interfaces a section", async () => {
    const faces = Array.from({ length: 1030 }, () => face("LE", 1))
    const packets = [1023, 1024, 1029].map((id) => enhanced("LE", Buffer.alloc(60), 0, id))
    expect(await summaryOf(Buffer.concat([section("LE"), ...faces, ...packets]))).toEqual({
      isWhole: true,
      problems: ["capture/interface 2"],
    })
  })
})

const sample = honest.find(({ ip }) => ip.length > 100) ?? { time: 0, ip: Buffer.alloc(0) }

/** The sample with one byte of its IPv4 header replaced. */
const changed = (at: number, value: number): IpPacket => {
  const ip = Buffer.from(sample.ip)
  ip.writeUInt8(value, at)
  return { ...sample, ip }
}

/** A packet in a file that was cut to so many bytes a packet. */
const raw = { type: 101, wrap: (ip: Buffer) => ip }

describe("a packet that carries no whole segment", () => {
  test.each<[string, IpPacket, number | undefined, string[]]>([
    ["a version of IP that there is not", changed(0, 0x55), undefined, []],
    ["a header of IPv4 that is too short", changed(0, 0x44), undefined, ["capture/packet-header 1"]],
    [
      "a header of IPv4 that is longer than the packet",
      { time: 0, ip: changed(0, 0x4f).ip.subarray(0, 40) },
      undefined,
      ["capture/packet-header 1"],
    ],
    ["a packet that is longer than its frame", changed(2, 0xff), undefined, ["capture/packet-header 1"]],
    ["a header of TCP that is too short", changed(20 + 12, 0x40), undefined, ["capture/packet-header 1"]],
    ["a fragment that others follow", changed(6, 0x20), undefined, ["capture/fragment 1"]],
    ["a later fragment", changed(7, 0x01), undefined, ["capture/fragment 1"]],
    [
      "a fragment of another protocol",
      { time: 0, ip: Buffer.from(changed(6, 0x20).ip.map((byte, at) => (at === 9 ? 17 : byte))) },
      undefined,
      [],
    ],
    ["UDP", changed(9, 17), undefined, []],
    ["nothing but a byte", { time: 0, ip: Buffer.from([0x45]) }, undefined, ["capture/packet-header 1"]],
    ["nothing at all", { time: 0, ip: Buffer.alloc(0) }, undefined, ["capture/packet-header 1"]],
    ["IPv4 that was cut", sample, 19, ["capture/whole-packet 1"]],
    ["TCP that was cut", sample, 39, ["capture/whole-packet 1"]],
    ["IPv6 that was cut", asIpv6(sample), 39, ["capture/whole-packet 1"]],
    ["an extension header that was cut", asIpv6(sample, "some"), 44, ["capture/whole-packet 1"]],
    [
      "a fragment of IPv6",
      { time: 0, ip: Buffer.from(asIpv6(sample, "some").ip.map((byte, at) => (at === 40 + 40 + 3 ? 1 : byte))) },
      undefined,
      ["capture/fragment 1"],
    ],
    [
      "a payload of IPv6 that is longer than its frame",
      { time: 0, ip: Buffer.from(asIpv6(sample).ip.map((byte, at) => (at === 4 ? 0xff : byte))) },
      undefined,
      ["capture/packet-header 1"],
    ],
    [
      "an extension header that is longer than the packet",
      { time: 0, ip: Buffer.from(asIpv6(sample, "some").ip.map((byte, at) => (at === 41 ? 0xff : byte))) },
      undefined,
      ["capture/packet-header 1"],
    ],
  ])("%s", async (_, packet, snaplen, problems) => {
    const options = { link: raw, ...(snaplen === undefined ? {} : { snaplen }) }
    expect(await summaryOf(pcap([packet], options))).toEqual({ isWhole: true, problems })
  })

  test.each(Object.entries(links).filter(([name]) => name !== "raw IP"))(
    "a header that was cut on %s",
    async (_, link) => {
      const { problems } = await summaryOf(
        pcap([sample], { link, snaplen: link.wrap(sample.ip).length - sample.ip.length - 1 }),
      )
      expect(problems).toEqual(["capture/whole-packet 1"])
    },
  )

  test("a size of 0 in IP says that the network card splits the packet later: all of it counts", async () => {
    const zeroed = honest.map(({ time, ip }) => ({
      time,
      ip: Buffer.from(ip.map((byte, at) => (at === 2 || at === 3 ? 0 : byte))),
    }))
    expect(await foundIn(pcap(zeroed))).toEqual(expected)
  })
})
