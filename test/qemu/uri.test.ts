import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import {
  type Checked,
  formatMigrateUri,
  type MigrateCommand,
  type MigrationAddress,
  parseMigrateUri,
  type QemuVersion,
} from "../../src/qemu/index.js"
import { formatViolation, violationCodes } from "../../src/violation/violation.js"

const said = (checked: Checked<unknown>): string =>
  E.isRight(checked)
    ? "accept"
    : checked.left.map(({ code, rule, path }) => `${code} ${rule} ${path}`.trim()).join(", ")

const commands = ["migrate", "migrate-incoming"] as const

const inet = (more: object = {}) =>
  ({ transport: "socket", type: "inet", host: "10.0.0.9", port: "49152", ...more }) as const
const file = (filename: string, offset: number | bigint = 0) => ({ transport: "file", filename, offset }) as const
const exec = (...args: readonly string[]) => ({ transport: "exec", args }) as const

describe("a uri is the address", () => {
  test.each<[string, MigrationAddress, MigrateCommand?]>([
    ["tcp:10.0.0.9:49152", inet()],
    ["tcp:node-9:qemu-mig", inet({ host: "node-9", port: "qemu-mig" })],
    ["tcp:0:4444", inet({ host: "0", port: "4444" })],
    ["tcp:[::1]:4444", inet({ host: "::1", port: "4444" })],
    ["tcp:[fe80::1%eth0]:4444", inet({ host: "fe80::1%eth0", port: "4444" })],
    ["tcp::4444", inet({ host: "", port: "4444" }), "migrate-incoming"],
    ["tcp:[::]:0", inet({ host: "::", port: "0" }), "migrate-incoming"],
    ["tcp:10.0.0.9:49152,ipv4", inet({ ipv4: true })],
    ["tcp:10.0.0.9:49152,ipv4=on,ipv6=off", inet({ ipv4: true, ipv6: false })],
    ["tcp:10.0.0.9:49152,keep-alive,mptcp=on", inet({ "keep-alive": true, mptcp: true })],
    ["tcp::4446,to=4450", inet({ host: "", port: "4446", to: 4450 }), "migrate-incoming"],
    ["tcp:10.0.0.9:0,to=0", inet({ port: "0", to: 0 }), "migrate-incoming"],
    ["unix:/run/vm.sock", { transport: "socket", type: "unix", path: "/run/vm.sock" }],
    ["unix:vm.sock", { transport: "socket", type: "unix", path: "vm.sock" }],
    ["unix:/run/vm,abstract=on", { transport: "socket", type: "unix", path: "/run/vm,abstract=on" }],
    ["unix:/run/\u00fc:x", { transport: "socket", type: "unix", path: "/run/\u00fc:x" }],
    ["vsock:3:1024", { transport: "socket", type: "vsock", cid: "3", port: "1024" }],
    ["vsock:4294967295:1", { transport: "socket", type: "vsock", cid: "4294967295", port: "1" }, "migrate-incoming"],
    ["fd:mig", { transport: "socket", type: "fd", str: "mig" }],
    ["fd:mig:1", { transport: "socket", type: "fd", str: "mig:1" }],
    ["exec:cat > /dev/null", exec("/bin/sh", "-c", "cat > /dev/null")],
    ["exec: true", exec("/bin/sh", "-c", " true")],
    ["rdma:10.0.0.9:4444", { transport: "rdma", host: "10.0.0.9", port: "4444" }],
    ["rdma:[fd00::9]:4444", { transport: "rdma", host: "fd00::9", port: "4444" }],
    ["file:/vm", file("/vm")],
    ["file:/vm,offset=0", file("/vm")],
    ["file:/vm,offset=4096", file("/vm", 4096)],
    ["file:/vm,offset=1B", file("/vm", 1)],
    ["file:/vm,offset=1k", file("/vm", 1024)],
    ["file:/vm,offset=1M", file("/vm", 1024 ** 2)],
    ["file:/vm,offset=2g", file("/vm", 2 * 1024 ** 3)],
    ["file:/vm,offset=1T", file("/vm", 1024 ** 4)],
    ["file:/vm,offset=1P", file("/vm", 1024 ** 5)],
    ["file:/vm,offset=1E", file("/vm", 1024n ** 6n)],
    ["file:/vm,offset=1.5K", file("/vm", 1536)],
    ["file:/vm,offset=0.5k", file("/vm", 512)],
    ["file:/vm,offset=0x1000", file("/vm", 4096)],
    ["file:/vm,offset=0X1b", file("/vm", 27)],
    ["file:/vm,offset=9007199254740993", file("/vm", 9007199254740993n)],
    ["file:/vm,offset=0x7fffffffffffffff", file("/vm", 2n ** 63n - 1n)],
    ["file:/vm,x", file("/vm,x")],
  ])("%s", (uri, address, command = "migrate") => {
    expect(parseMigrateUri(uri, { command })).toEqual(E.right(address))
  })
})

describe("a uri is refused by both commands", () => {
  test.each<readonly [string, string]>([
    ["", "not-in-enum qemu/uri-scheme"],
    [":", "not-in-enum qemu/uri-scheme"],
    ["tcp", "not-in-enum qemu/uri-scheme"],
    ["/run/vm.sock", "not-in-enum qemu/uri-scheme"],
    ["TCP:10.0.0.9:1", "not-in-enum qemu/uri-scheme"],
    [" tcp:10.0.0.9:1", "not-in-enum qemu/uri-scheme"],
    ["udp:10.0.0.9:1", "not-in-enum qemu/uri-scheme"],
    ["http://10.0.0.9:1", "not-in-enum qemu/uri-scheme"],
    ["socket:10.0.0.9:1", "not-in-enum qemu/uri-scheme"],
    ["constructor:x", "not-in-enum qemu/uri-scheme"],
    ["__proto__:x", "not-in-enum qemu/uri-scheme"],
    ["defer", "not-in-enum qemu/uri-scheme"],
    ["tcp:\0", "out-of-range qemu/text"],
    ["unix:/run/\ud800", "out-of-range qemu/text"],
    ["exec:\uffff", "out-of-range qemu/text"],
    ["tcp:", "wrong-type qemu/uri-syntax"],
    ["tcp:10.0.0.9", "wrong-type qemu/uri-syntax"],
    ["tcp:[::1]", "wrong-type qemu/uri-syntax"],
    ["tcp:[::1", "wrong-type qemu/uri-syntax"],
    ["tcp:[::1]4444", "wrong-type qemu/uri-syntax"],
    ["tcp:a[::1]:4444", "wrong-type qemu/uri-syntax"],
    ["tcp://10.0.0.9:1", "not-canonical qemu/uri-authority"],
    ["rdma://10.0.0.9:1", "not-canonical qemu/uri-authority"],
    ["rdma:", "wrong-type qemu/uri-syntax"],
    ["rdma:10.0.0.9", "wrong-type qemu/uri-syntax"],
    ["vsock:3", "wrong-type qemu/uri-syntax"],
    ["vsock:", "wrong-type qemu/uri-syntax"],
    ["tcp:::1:4444", "not-canonical qemu/uri-brackets host"],
    ["tcp:fd00::9:4444", "not-canonical qemu/uri-brackets host"],
    ["tcp:10.0.0.9:1:2", "not-canonical qemu/uri-brackets host"],
    ["tcp:[10.0.0.9]:1", "not-canonical qemu/uri-brackets host"],
    ["tcp:[node]:1", "not-canonical qemu/uri-brackets host"],
    ["tcp:[]:1", "wrong-type qemu/uri-syntax"],
    ["tcp:[::1]:1:2", "not-canonical qemu/uri-brackets host"],
    ["tcp:10.0.0.9:", "wrong-type qemu/uri-syntax"],
    ["tcp:10.0.0.9:65536", "out-of-range qemu/port-range port"],
    ["tcp:10.0.0.9:04446", "not-canonical qemu/port-spelling port"],
    ["tcp:127.1:1", "not-canonical qemu/host-ipv4 host"],
    ["tcp:a b:1", "wrong-type qemu/host host"],
    ["tcp:10.0.0.9:1,", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1,ipv4,", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1,foo=bar", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1,IPV4", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1, ipv4", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1,__proto__=on", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1,toString", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1,host=x", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1,port=5", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1,type=unix", "unknown-member qemu/uri-option"],
    ["tcp:10.0.0.9:1,ipv4,ipv4", "inconsistent qemu/uri-option-twice ipv4"],
    ["tcp:10.0.0.9:1,to=5,to=6", "inconsistent qemu/uri-option-twice to"],
    ["tcp:10.0.0.9:1,ipv4=", "wrong-type qemu/uri-option-value ipv4"],
    ["tcp:10.0.0.9:1,ipv4=ON", "wrong-type qemu/uri-option-value ipv4"],
    ["tcp:10.0.0.9:1,ipv4=on=off", "wrong-type qemu/uri-option-value ipv4"],
    ["tcp:10.0.0.9:1,to", "wrong-type qemu/uri-option-value to"],
    ["tcp:10.0.0.9:1,to=", "wrong-type qemu/uri-option-value to"],
    ["tcp:10.0.0.9:1,to=+5", "wrong-type qemu/uri-option-value to"],
    ["tcp:10.0.0.9:1,to= 5", "wrong-type qemu/uri-option-value to"],
    ["tcp:10.0.0.9:1,to=05", "wrong-type qemu/uri-option-value to"],
    ["tcp:10.0.0.9:1,to=http", "wrong-type qemu/uri-option-value to"],
    ["tcp:10.0.0.9:1,to=9999999999", "wrong-type qemu/uri-option-value to"],
    ["tcp:10.0.0.9:1,to=65536", "out-of-range qemu/uint16 to"],
    ["tcp:10.0.0.9:1,ipv4=off,ipv6=off", "inconsistent qemu/no-family"],
    ["tcp:[::1]:1,ipv4", "inconsistent qemu/family host"],
    ["rdma:10.0.0.9:1,ipv4", "inconsistent qemu/rdma-option ipv4"],
    ["rdma:10.0.0.9:http", "wrong-type qemu/port-rdma port"],
    ["rdma::1", "wrong-type qemu/host-empty host"],
    ["unix:", "out-of-range qemu/path-empty path"],
    ["unix:@vm", "inconsistent qemu/path-at path"],
    [`unix:/${"a".repeat(108)}`, "limit-exceeded qemu/path-length path"],
    ["vsock::1024", "wrong-type qemu/vsock-number cid"],
    ["vsock:3:", "wrong-type qemu/vsock-number port"],
    ["vsock:3:1024:5", "wrong-type qemu/vsock-number port"],
    ["vsock:3:1024,x", "wrong-type qemu/vsock-number port"],
    ["vsock://3:1024", "wrong-type qemu/vsock-number cid"],
    ["vsock:3:4294967296", "out-of-range qemu/vsock-range port"],
    ["fd:", "wrong-type qemu/fd-name str"],
    ["exec:", "out-of-range qemu/command-empty"],
    ["file:", "out-of-range qemu/filename-empty filename"],
    ["file:,offset=5", "out-of-range qemu/filename-empty filename"],
    [`file:/${"a".repeat(4095)}`, "limit-exceeded qemu/filename-length filename"],
    ["file:/vm,offset=", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=-1", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=+1", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset= 1", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=1 ", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=010", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=1X", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=1KB", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=1e3", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=1.5", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=0.1K", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=0x", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=0x1K", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=NaN", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=inf", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=1,offset=2", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=1,x", "wrong-type qemu/uri-offset offset"],
    ["file:/vm,offset=8E", "out-of-range qemu/offset offset"],
    ["file:/vm,offset=16E", "out-of-range qemu/offset offset"],
    ["file:/vm,offset=0xffffffffffffffff", "out-of-range qemu/offset offset"],
    ["file:/vm,offset=18446744073709551615", "out-of-range qemu/offset offset"],
    ["file:/vm,offset=99999999999999999999", "out-of-range qemu/offset offset"],
  ])("%j", (uri, expected) => {
    for (const command of commands) expect(said(parseMigrateUri(uri, { command }))).toBe(expected)
  })
})

describe("a uri is refused by one command", () => {
  test.each<[string, string, MigrateCommand?]>([
    ["tcp::4444", "wrong-type qemu/host-empty host"],
    ["tcp:10.0.0.9:0", "out-of-range qemu/port-zero port"],
    ["tcp:10.0.0.9:1,to=5", "inconsistent qemu/listen-only to"],
    ["vsock:4294967295:1", "out-of-range qemu/vsock-any cid"],
    ["tcp:10.0.0.9:5,to=4", "inconsistent qemu/to to", "migrate-incoming"],
    ["tcp:10.0.0.9:5,ipv6", "inconsistent qemu/family host", "migrate-incoming"],
  ])("%j", (uri, expected, command = "migrate") => {
    expect(said(parseMigrateUri(uri, { command }))).toBe(expected)
  })
})

describe("what is no text is no uri", () => {
  test.each<readonly [string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a symbol", Symbol("tcp:")],
    ["a list", ["tcp:10.0.0.9:1"]],
    ["a boxed string", new String("tcp:10.0.0.9:1")],
    ["an object that has no text", Object.create(null)],
    [
      "an object whose text throws",
      {
        toString: () => {
          throw new Error("hostile")
        },
      },
    ],
  ])("%s", (_, uri) => {
    expect(said(Reflect.apply(parseMigrateUri, undefined, [uri]))).toBe("wrong-type shape/string")
  })
})

test("what is wrong with a uri stands in the whole of it, in bytes", () => {
  const checked = parseMigrateUri("tcp:\u00fc:1")
  expect(E.isLeft(checked) && checked.left[0]).toMatchObject({ offset: 0, length: 8, path: "host" })
})

describe("an address has no uri", () => {
  test.each<[string, unknown, MigrateCommand?]>([
    ["an abstract socket", { transport: "socket", type: "unix", path: "vm", abstract: true }],
    ["a file name like an option", file("/vm,offset=5")],
    ["a file name like an option, with an offset", file("/vm,offset=5", 7)],
    ["a program that is no shell", exec("/bin/true")],
    ["another shell", exec("/bin/bash", "-c", "true")],
    ["another path of the shell", exec("/usr/bin/sh", "-c", "true")],
    ["a shell without a command", exec("/bin/sh", "-c")],
    ["a shell with an empty command", exec("/bin/sh", "-c", "")],
    ["a shell with more", exec("/bin/sh", "-c", "true", "x")],
    ["a shell with another option", exec("/bin/sh", "-x", "true")],
  ])("%s", (_, address, command = "migrate") => {
    expect(said(Reflect.apply(formatMigrateUri, undefined, [address, { command }]))).toBe(
      "inconsistent qemu/uri-inexpressible",
    )
  })

  test("with numeric before 10.1", () => {
    const options = { command: "migrate-incoming", version: "10.0" } as const
    expect(said(formatMigrateUri(inet({ numeric: true }), options))).toBe("inconsistent qemu/uri-inexpressible")
    expect(formatMigrateUri(inet({ numeric: true }), { ...options, version: "10.1" })).toEqual(
      E.right("tcp:10.0.0.9:49152,numeric=on"),
    )
  })

  test("of a file before 8.2", () => {
    expect(said(formatMigrateUri(file("/vm"), { version: "7.2" }))).toBe("inconsistent qemu/uri-inexpressible")
  })

  test.each<readonly [unknown, string]>([
    [null, "wrong-type shape/object"],
    [{}, "wrong-type shape/missing-member transport"],
    [inet({ port: "0" }), "out-of-range qemu/port-zero port"],
    [file("/vm", -1), "out-of-range qemu/offset offset"],
    [exec(), "out-of-range qemu/argv-empty args"],
    [inet({ to: 5 }), "inconsistent qemu/listen-only to"],
  ])("if it is none: %j", (address, expected) => {
    expect(said(Reflect.apply(formatMigrateUri, undefined, [address]))).toBe(expected)
  })
})

describe("an address is written as", () => {
  test.each<[string, MigrationAddress, MigrateCommand?]>([
    ["tcp:10.0.0.9:49152", inet()],
    ["tcp:[::1]:49152", inet({ host: "::1" })],
    [
      "tcp:10.0.0.9:49152,ipv4=on,ipv6=off,keep-alive=on,mptcp=off",
      inet({ mptcp: false, ipv6: false, ipv4: true, "keep-alive": true }),
    ],
    ["tcp::49152,to=49153", inet({ host: "", to: 49153 }), "migrate-incoming"],
    ["rdma:[fd00::9]:1", { transport: "rdma", host: "fd00::9", port: "1" }],
    ["unix:/run/vm.sock", { transport: "socket", type: "unix", path: "/run/vm.sock" }],
    ["vsock:3:1024", { transport: "socket", type: "vsock", cid: "3", port: "1024" }],
    ["fd:mig", { transport: "socket", type: "fd", str: "mig" }],
    ["file:/vm", file("/vm")],
    ["file:/vm", file("/vm", 0n)],
    ["file:/vm,offset=1536", file("/vm", 1536)],
    ["file:/vm,offset=1152921504606846976", file("/vm", 2n ** 60n)],
    ["exec:undefined", exec("/bin/sh", "-c", "undefined")],
  ])("%s", (uri, address, command = "migrate") => {
    expect(formatMigrateUri(address, { command })).toEqual(E.right(uri))
  })
})

describe("for any uri and any address", () => {
  const command = fc.constantFrom(...commands)
  const flag = fc.boolean()
  const port = fc.oneof(fc.integer({ min: 0, max: 65535 }).map(String), fc.constantFrom("http", "qemu-mig"))
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), fc.constantFrom("", "0", "localhost", "fe80::1%eth0"))
  const path = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
    fc.constantFrom("/vm", "/run/a,offset=1", "/a,b", "x:y"),
  )
  const offset = fc.oneof(fc.nat(), fc.bigInt(0n, 2n ** 63n - 1n))
  const inetOptions = { to: fc.nat(65535), ipv4: flag, ipv6: flag, "keep-alive": flag, mptcp: flag, numeric: flag }
  const literal = <const T>(value: T) => fc.constant(value)
  const address: fc.Arbitrary<unknown> = fc.oneof(
    fc.record(
      { transport: literal("socket"), type: literal("inet"), host, port, ...inetOptions },
      { requiredKeys: ["transport", "type", "host", "port"] },
    ),
    fc.record(
      { transport: literal("socket"), type: literal("unix"), path, abstract: flag, tight: flag },
      { requiredKeys: ["transport", "type", "path"] },
    ),
    fc.record({ transport: literal("socket"), type: literal("vsock"), cid: port, port }),
    fc.record({ transport: literal("socket"), type: literal("fd"), str: path }),
    fc.record({ transport: literal("rdma"), host, port }),
    fc.record({ transport: literal("file"), filename: path, offset }),
    fc.record({
      transport: literal("exec"),
      args: fc.tuple(fc.constantFrom("/bin/sh", "/bin/true"), literal("-c"), path),
    }),
    fc.record({ transport: literal("exec"), args: fc.array(path, { maxLength: 4 }) }),
  )
  const size = fc
    .tuple(fc.oneof(fc.nat(), fc.bigInt(0n, 2n ** 65n)), fc.constantFrom("", "K", "m", ".5G", "E", "x"))
    .map(([number, suffix]) => `${number}${suffix}`)
  const option = fc.oneof(
    fc.constantFrom("ipv4", "ipv6=off", "noipv4", "keep-alive=on", "keep-alive-idle=5", "mptcp", "numeric", "x=y", ""),
    fc.nat(70_000).map((to) => `to=${to}`),
  )
  const uri = fc.oneof(
    fc
      .tuple(fc.constantFrom("tcp", "rdma"), host, port, fc.array(option, { maxLength: 2 }))
      .map(([scheme, name, number, options]) =>
        [`${scheme}:${name.includes(":") ? `[${name}]` : name}:${number}`, ...options].join(","),
      ),
    fc
      .tuple(fc.constantFrom("tcp:", "unix:", "vsock:", "fd:", "exec:", "rdma:", "file:", ""), path)
      .map((parts) => parts.join("")),
    fc.tuple(path, size).map(([name, bytes]) => `file:${name},offset=${bytes}`),
    fc.tuple(port, port).map(([cid, number]) => `vsock:${cid}:${number}`),
    fc.string({ unit: "binary" }),
  )

  const parse = (text: string, by: MigrateCommand) => parseMigrateUri(text, { command: by })
  const format = (value: unknown, by: MigrateCommand): Checked<string> =>
    Reflect.apply(formatMigrateUri, undefined, [value, { command: by }])

  /** A bigint that a number holds exactly is written like the number. */
  const plain = (value: unknown) => JSON.stringify(value, (_, part) => (typeof part === "bigint" ? Number(part) : part))
  const sorted = (value: object) =>
    plain(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))))

  test("what is written is read back as the same", () => {
    fc.assert(
      fc.property(address, command, (value, by) => {
        const written = format(value, by)
        if (E.isLeft(written)) return
        const read = parse(written.right, by)
        expect(E.isRight(read) && sorted(read.right)).toBe(sorted(Object(value)))
        expect(E.isRight(read) && format(read.right, by)).toEqual(written)
      }),
      { numRuns: 2000 },
    )
  })

  test("what is read is written, and read back as the same", () => {
    fc.assert(
      fc.property(uri, command, (text, by) => {
        const read = parse(text, by)
        if (E.isLeft(read)) return
        const written = format(read.right, by)
        expect(E.isRight(written)).toBe(true)
        expect(E.isRight(written) && parse(written.right, by)).toEqual(read)
      }),
      { numRuns: 2000 },
    )
  })

  test("a uri that is written is its own spelling", () => {
    fc.assert(
      fc.property(uri, command, (text, by) => {
        const read = parse(text, by)
        if (E.isLeft(read)) return
        const written = format(read.right, by)
        const again = E.isRight(written) ? parse(written.right, by) : read
        expect(E.isRight(again) && format(again.right, by)).toEqual(written)
      }),
    )
  })

  test("nothing is thrown, and what is said is plain", () => {
    fc.assert(
      fc.property(
        fc.oneof(uri, address, fc.anything({ withBigInt: true, withNullPrototype: true })),
        command,
        (input, by) => {
          const checked: readonly Checked<unknown>[] = [
            Reflect.apply(parseMigrateUri, undefined, [input, { command: by }]),
            format(input, by),
          ]
          for (const violation of checked.flatMap((each) => (E.isLeft(each) ? each.left : []))) {
            expect(violationCodes).toContain(violation.code)
            expect(`${violation.path} ${formatViolation(violation)}`).toMatch(/^[ -~]*$/)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  test("a host of up to 64 bytes has a uri, from QEMU 10.1 on a longer one too", () => {
    const longest = `${"a".repeat(61)}.bc`
    const isWritten = (host: string, version: QemuVersion) => E.isRight(formatMigrateUri(inet({ host }), { version }))
    expect(isWritten(longest, "10.0")).toBe(true)
    expect(isWritten(`${longest}d`, "10.0")).toBe(false)
    expect(isWritten(`${longest}d`, "10.1")).toBe(true)
  })
})
