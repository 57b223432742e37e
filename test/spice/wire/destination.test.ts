import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { decodeDestination } from "../../../src/spice/wire/destination.js"

/** A MIGRATE_BEGIN as spice-server marshals it. */
const beginOf = (host: string, port: number, tlsPort: number, more = 0): Buffer => {
  const bytes = Buffer.alloc(20 + more)
  bytes.writeUInt16LE(port, 0)
  bytes.writeUInt16LE(tlsPort, 2)
  bytes.writeUInt32LE(host.length + 1, 4)
  bytes.writeUInt32LE(20 + more, 8)
  return Buffer.concat([bytes, Buffer.from(`${host}\0`, "latin1")])
}

describe("MIGRATE_BEGIN", () => {
  test.each([
    ["", 0],
    ["_SEAMLESS", 4],
  ])("%s names a destination", (_, more) => {
    expect(decodeDestination(beginOf("10.0.0.2", 5900, 5901, more))).toEqual({
      host: "10.0.0.2",
      port: 5900,
      tlsPort: 5901,
    })
  })

  test.each([
    ["of the longest name", beginOf("b".repeat(1023), 1, 2), "b".repeat(1023)],
    ["of one character", beginOf("!", 1, 2), "!"],
    ["without a zero behind it", beginOf("b", 1, 2).fill(1, 4, 5), "b"],
    ["with a zero before it, which is no name", beginOf("\0b", 1, 2), undefined],
  ])("%s names a host", (_, payload, host) => expect(decodeDestination(payload)?.host).toBe(host))

  test.each([
    ["that is cut", beginOf("b", 1, 2).subarray(0, 19)],
    ["whose host is cut", beginOf("b", 1, 2).subarray(0, 21)],
    ["that is nothing but its fixed part", beginOf("b", 1, 2).subarray(0, 20)],
    ["whose host is in its fixed part", beginOf("b", 0x6262, 2).fill(0, 8, 9)],
    ["without a host", beginOf("", 1, 2)],
    ["with a host that is no name", beginOf("a b", 1, 2)],
    ["with a host that hides another", beginOf("a\0b", 1, 2)],
    ["with a long host", beginOf("b".repeat(1024), 1, 2)],
  ])("%s names none", (_, payload) => expect(decodeDestination(payload)).toBeUndefined())

  test("of any bytes is read without a throw", () =>
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodeDestination(bytes))))
})
