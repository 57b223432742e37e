import { isIPv6 } from "node:net"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { type MigrateCommand, socketAddressCodec } from "../../src/qemu/index.js"
import type { Violation } from "../../src/violation/violation.js"

/** Hosts and ports, through an address of theirs. */

const said = (address: object, command: MigrateCommand): string => {
  const decoded = socketAddressCodec({ command }).decode(address)
  return E.isRight(decoded)
    ? "accept"
    : decoded.left.map((error) => `${(error as Violation).code} ${(error as Violation).rule}`).join(", ")
}

const host = (text: string, command: MigrateCommand = "migrate") =>
  said({ type: "inet", host: text, port: "49152" }, command)

const port = (text: string, command: MigrateCommand = "migrate") =>
  said({ type: "inet", host: "10.0.0.9", port: text }, command)

const cid = (text: string, command: MigrateCommand = "migrate") =>
  said({ type: "vsock", cid: text, port: "1" }, command)

const isAccepted = (text: string): boolean => host(text) === "accept"

const label = "a".repeat(63)

describe("a host", () => {
  test.each([
    "0",
    "localhost",
    "node-9.example.org",
    "node-9.example.org.",
    "NODE",
    "a_b",
    "_mig._tcp.example",
    "9lives",
    "1.2.3.4a",
    "1e1",
    "xn--bcher-kva.example",
    `${label}.${label}.${label}.${"a".repeat(61)}`,
    `${label}.${label}.${label}.${"a".repeat(61)}.`,
    "0.0.0.0",
    "10.0.0.9",
    "255.255.255.255",
    "::",
    "::1",
    "fd00::9",
    "FD00::9",
    "2001:db8:0:0:0:0:0:1",
    "::ffff:10.0.0.9",
    "64:ff9b::192.0.2.1",
    "0000:0000:0000:0000:0000:ffff:255.255.255.255",
    "fe80::1%eth0",
    "fe80::1%2",
    "FEBF::1%br-lan.100_x",
    "fe80::1%abcdefghijklmno",
  ])("%s is taken by both commands", (text) => {
    expect(host(text)).toBe("accept")
    expect(host(text, "migrate-incoming")).toBe("accept")
  })

  test.each<readonly [string, string]>([
    [" ", "wrong-type qemu/host"],
    ["a b", "wrong-type qemu/host"],
    [" localhost", "wrong-type qemu/host"],
    ["localhost\n", "not-canonical qemu/line-break"],
    ["local\0host", "wrong-type qemu/host"],
    ["h:p", "wrong-type qemu/host"],
    ["localhost:4446", "wrong-type qemu/host"],
    ["10.0.0.9:4446", "wrong-type qemu/host"],
    ["user@host", "wrong-type qemu/host"],
    ["//host", "wrong-type qemu/host"],
    ["host,to=5", "wrong-type qemu/host"],
    ["b\u00fccher.example", "wrong-type qemu/host"],
    ["\uff11.1.1.1", "wrong-type qemu/host"],
    ["\u0661", "wrong-type qemu/host"],
    ["-host", "wrong-type qemu/host"],
    ["host-", "wrong-type qemu/host"],
    ["a..b", "wrong-type qemu/host"],
    [".a", "wrong-type qemu/host"],
    ["a..", "wrong-type qemu/host"],
    [".", "wrong-type qemu/host"],
    ["*", "not-canonical qemu/host-any"],
    ["fe80::1", "inconsistent qemu/link-local-zone"],
    ["FE80::1", "inconsistent qemu/link-local-zone"],
    ["febf:0::1", "inconsistent qemu/link-local-zone"],
    ["fe80::1%25eth0", "not-canonical qemu/zone-escaped"],
    ["a".repeat(64), "wrong-type qemu/host"],
    ["a".repeat(300), "wrong-type qemu/host"],
    [`${label}.${label}.${label}.${"a".repeat(62)}`, "wrong-type qemu/host"],
    [`${label}.${label}.${label}.${"a".repeat(62)}.`, "wrong-type qemu/host"],
    ["host.1", "wrong-type qemu/host"],
    ["host.0x1", "wrong-type qemu/host"],
    ["[::1]", "not-canonical qemu/host-brackets"],
    ["[10.0.0.9]", "not-canonical qemu/host-brackets"],
    ["[", "not-canonical qemu/host-brackets"],
    ["127.1", "not-canonical qemu/host-ipv4"],
    ["127.0.1", "not-canonical qemu/host-ipv4"],
    ["2130706433", "not-canonical qemu/host-ipv4"],
    ["1", "not-canonical qemu/host-ipv4"],
    ["00", "not-canonical qemu/host-ipv4"],
    ["0.0", "not-canonical qemu/host-ipv4"],
    ["0x7f.1", "not-canonical qemu/host-ipv4"],
    ["0x7f000001", "not-canonical qemu/host-ipv4"],
    ["0X7F000001", "not-canonical qemu/host-ipv4"],
    ["0x0", "not-canonical qemu/host-ipv4"],
    ["017700000001", "not-canonical qemu/host-ipv4"],
    ["127.0.0.01", "not-canonical qemu/host-ipv4"],
    ["010.0.0.9", "not-canonical qemu/host-ipv4"],
    ["256.0.0.1", "not-canonical qemu/host-ipv4"],
    ["1.2.3.4.5", "not-canonical qemu/host-ipv4"],
    ["10.0.0.9.", "not-canonical qemu/host-ipv4"],
    ["0.", "not-canonical qemu/host-ipv4"],
    ["99999999999999999999", "not-canonical qemu/host-ipv4"],
    [":", "wrong-type qemu/host"],
    [":::", "wrong-type qemu/host"],
    ["::1::", "wrong-type qemu/host"],
    ["12345::", "wrong-type qemu/host"],
    ["1:2:3:4:5:6:7", "wrong-type qemu/host"],
    ["1:2:3:4:5:6:7:8:9", "wrong-type qemu/host"],
    ["1::2:3:4:5:6:7:8", "wrong-type qemu/host"],
    ["::g", "wrong-type qemu/host"],
    ["::1 ", "wrong-type qemu/host"],
    ["::ffff:10.0.0.256", "wrong-type qemu/host"],
    ["::ffff:10.0.0", "wrong-type qemu/host"],
    ["::ffff:0x7f.0.0.1", "wrong-type qemu/host"],
    ["::/0", "wrong-type qemu/host"],
    ["::1%lo", "wrong-type qemu/host"],
    ["fd00::1%eth0", "wrong-type qemu/host"],
    ["fe80::1%", "wrong-type qemu/host"],
    ["fe80::1%eth 0", "wrong-type qemu/host"],
    ["fe80::1%eth/0", "wrong-type qemu/host"],
    ["fe80::1%abcdefghijklmnop", "wrong-type qemu/host"],
    ["fe80::1%a%eth0", "wrong-type qemu/host"],
    ["fe80::1%\0$(reboot)%eth0", "wrong-type qemu/host"],
    ["fe80::1%\ud800%eth0", "wrong-type qemu/host"],
    ["localhost%eth0", "wrong-type qemu/host"],
    ["10.0.0.9%eth0", "wrong-type qemu/host"],
  ])("%j is refused by both commands", (text, expected) => {
    expect(host(text)).toBe(expected)
    expect(host(text, "migrate-incoming")).toBe(expected)
  })

  test.each(["::ffff:010.0.0.1", "::ffff:10.0.0.00", "::01.2.3.4"])(
    "%s, whose IPv4 part has a leading zero, is refused",
    (text) => {
      expect(isAccepted(text)).toBe(false)
    },
  )

  test("that is empty is any host to listen on, and none to connect to", () => {
    expect(host("")).toBe("wrong-type qemu/host-empty")
    expect(host("", "migrate-incoming")).toBe("accept")
  })

  test("of any length is judged", () => {
    for (const unit of [":", "1.", "a.", "%", "0x", "f", "fe80::%", "\0"])
      expect(isAccepted(unit.repeat(200_000))).toBe(false)
  })
})

describe("an address", () => {
  const group = fc.stringMatching(/^[0-9a-fA-F]{0,5}$/)
  const tail = fc.oneof(fc.ipV4(), fc.stringMatching(/^[0-9.]{1,15}$/), fc.ipV4Extended())
  const nearly = fc
    .tuple(fc.array(fc.oneof(group, fc.constant("")), { minLength: 1, maxLength: 9 }), fc.option(tail))
    .map(([groups, last]) => [...groups, ...(last === null ? [] : [last])].join(":"))
  const ipv6 = fc.oneof(fc.ipV6(), nearly, fc.stringMatching(/^[0-9a-f:.]{0,45}$/)).filter((text) => text.includes(":"))

  test("of IPv6 is one where Node says so, unless it needs an interface or is that of a group", () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        expect(isAccepted(text)).toBe(isIPv6(text) && !/^(?:fe[89ab][0-9a-f]|ff[0-9a-f]{2}):/i.test(text))
      }),
      { numRuns: 3000 },
    )
  })

  test("of IPv6 has a zone only where it is link-local", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.stringMatching(/^[a-z][a-z0-9]{0,14}$/), (text, zone) => {
        const isLinkLocal = /^fe[89ab][0-9a-f]:/i.test(text)
        expect(isAccepted(`${text}%${zone}`)).toBe(isLinkLocal)
      }),
    )
  })

  const isQuad = (text: string): boolean => {
    const parts = text.split(".")
    return parts.length === 4 && parts.every((part) => String(Number(part)) === part && Number(part) <= 255)
  }

  test("of IPv4 is four decimal numbers without leading zeros", () => {
    const number = fc.oneof(fc.nat(260).map(String), fc.stringMatching(/^0{0,2}[0-9]{1,3}$/), fc.constant("0x7f"))
    fc.assert(
      fc.property(fc.array(number, { minLength: 2, maxLength: 5 }), (numbers) => {
        const text = numbers.join(".")
        expect(isAccepted(text)).toBe(isQuad(text))
      }),
      { numRuns: 1000 },
    )
  })

  test("has no whitespace, control, bracket or other script in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        if (isAccepted(text)) expect(text).toMatch(/^[A-Za-z0-9_.:%-]+$/)
      }),
    )
  })
})

describe("a port", () => {
  test.each([
    "1",
    "80",
    "65535",
    "http",
    "HTTP",
    "qemu-mig",
    "a",
    "3com-tsmux",
    "4446x",
    "0x115e",
    "a1b2c3d4e5f6g7h",
    "1a-2b-3c",
  ])("%s is taken by both commands", (text) => {
    expect(port(text)).toBe("accept")
    expect(port(text, "migrate-incoming")).toBe("accept")
  })

  test.each<readonly [string, string]>([
    ["", "wrong-type qemu/port"],
    ["65536", "out-of-range qemu/port-range"],
    ["69982", "out-of-range qemu/port-range"],
    ["4294967377", "out-of-range qemu/port-range"],
    ["18446744073709551697", "out-of-range qemu/port-range"],
    ["1".repeat(400), "out-of-range qemu/port-range"],
    ["+4446", "not-canonical qemu/port-spelling"],
    ["-1", "not-canonical qemu/port-spelling"],
    [" 4446", "not-canonical qemu/port-spelling"],
    ["\t4446", "not-canonical qemu/port-spelling"],
    ["04446", "not-canonical qemu/port-spelling"],
    ["00", "not-canonical qemu/port-spelling"],
    ["4446 ", "wrong-type qemu/port"],
    ["4446\n", "not-canonical qemu/line-break"],
    ["4446\r", "not-canonical qemu/line-break"],
    ["4446\0", "wrong-type qemu/port"],
    ["44 46", "wrong-type qemu/port"],
    ["4446,to=5", "wrong-type qemu/port"],
    ["1.0", "wrong-type qemu/port"],
    ["1-2", "wrong-type qemu/port"],
    ["-", "wrong-type qemu/port"],
    ["-http", "wrong-type qemu/port"],
    ["http-", "wrong-type qemu/port"],
    ["ht--tp", "wrong-type qemu/port"],
    ["ht_tp", "wrong-type qemu/port"],
    ["ht tp", "wrong-type qemu/port"],
    ["http:", "wrong-type qemu/port"],
    ["a1b2c3d4e5f6g7h8", "wrong-type qemu/port"],
    ["\u0664446", "wrong-type qemu/port"],
    ["\u212a", "wrong-type qemu/port"],
    ["\u017fmtp", "wrong-type qemu/port"],
  ])("%j is refused by both commands", (text, expected) => {
    expect(port(text)).toBe(expected)
    expect(port(text, "migrate-incoming")).toBe(expected)
  })

  test("0 is any port to listen on, and none to connect to", () => {
    expect(port("0")).toBe("out-of-range qemu/port-zero")
    expect(port("0", "migrate-incoming")).toBe("accept")
  })

  test("that is a number is one from 1 to 65535", () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(70_000), fc.nat()), fc.constantFrom("", "0", "+", "-", " "), (number, before) => {
        expect(port(`${before}${number}`) === "accept").toBe(before === "" && number >= 1 && number <= 65535)
      }),
    )
  })

  /** RFC 6335, section 5.1, sentence by sentence. */
  const isServiceName = (text: string): boolean =>
    text.length >= 1 &&
    text.length <= 15 &&
    [...text].every((each) => /[A-Za-z0-9-]/.test(each)) &&
    [...text].some((each) => /[A-Za-z]/.test(each)) &&
    !text.startsWith("-") &&
    !text.endsWith("-") &&
    !text.includes("--")

  test("that is no number is a service name of RFC 6335", () => {
    const text = fc.oneof(
      fc.stringMatching(/^[a-z0-9-]{0,17}$/),
      fc.array(fc.constantFrom("a", "Z", "0", "-", "_"), { maxLength: 17 }).map((units) => units.join("")),
      fc.string(),
    )
    fc.assert(
      fc.property(text, (name) => {
        fc.pre(!/^\d+$/.test(name))
        expect(port(name) === "accept").toBe(isServiceName(name))
      }),
      { numRuns: 1000 },
    )
  })
})

describe("a number of vsock", () => {
  test.each(["0", "2", "4294967294"])("%s is taken by both commands", (text) => {
    expect(cid(text)).toBe("accept")
    expect(cid(text, "migrate-incoming")).toBe("accept")
  })

  test.each<readonly [string, string]>([
    ["", "wrong-type qemu/vsock-number"],
    ["-1", "wrong-type qemu/vsock-number"],
    ["+3", "wrong-type qemu/vsock-number"],
    [" 3", "wrong-type qemu/vsock-number"],
    ["03", "wrong-type qemu/vsock-number"],
    ["0x3", "wrong-type qemu/vsock-number"],
    ["3.0", "wrong-type qemu/vsock-number"],
    ["host", "wrong-type qemu/vsock-number"],
    ["3\0", "wrong-type qemu/vsock-number"],
    ["4294967296", "out-of-range qemu/vsock-range"],
    ["4294967299", "out-of-range qemu/vsock-range"],
    ["9".repeat(40), "out-of-range qemu/vsock-range"],
  ])("%j is refused by both commands", (text, expected) => {
    expect(cid(text)).toBe(expected)
    expect(cid(text, "migrate-incoming")).toBe(expected)
  })

  test("4294967295 stands for any, which there is to listen on only", () => {
    expect(cid("4294967295")).toBe("out-of-range qemu/vsock-any")
    expect(cid("4294967295", "migrate-incoming")).toBe("accept")
  })
})

describe("what was found", () => {
  const measured = (text: string) => {
    const decoded = socketAddressCodec().decode({ type: "inet", host: "a", port: text })
    return E.isLeft(decoded) ? decoded.left.map((error) => (error as Violation).actual) : []
  }

  test("is told of a port as a number, unless it is longer than any that there is", () => {
    expect(measured("69982")).toEqual([69982])
    expect(measured("9007199254740993")).toEqual([undefined])
  })

  test("is not told of a port that no 64 bits hold", () => {
    expect(measured("1".repeat(21))).toEqual([undefined])
  })
})
