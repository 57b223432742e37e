import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { PathReporter } from "io-ts/lib/PathReporter.js"
import { describe, expect, test } from "vitest"
import {
  type ArgumentsOf,
  type Checked,
  type Command,
  checkPolicy,
  defaultPolicy,
  type MigrateCommand,
  type Policy,
  parseArguments,
  parseMigrateArguments,
  policyCodec,
  type Transport,
} from "../../src/qemu/index.js"
import { denials, policyRules } from "../../src/qemu/policy-rules.js"

const said = (checked: Checked<unknown>): readonly string[] =>
  E.isRight(checked) ? ["accept"] : checked.left.map(({ code, rule, path }) => `${code} ${rule} ${path}`.trim())

const at = (addr: unknown, ...others: readonly unknown[]) => ({
  channels: [{ "channel-type": "main", addr }, ...others],
})
const inet = (more: object = {}) => ({ transport: "socket", type: "inet", host: "10.0.0.9", port: "49152", ...more })
const unix = (path: string, more: object = {}) => ({ transport: "socket", type: "unix", path, ...more })
const exec = (...args: readonly string[]) => ({ transport: "exec", args })
const rdma = (more: object = {}) => ({ transport: "rdma", host: "10.0.0.9", port: "49152", ...more })
const file = (filename: string) => ({ transport: "file", filename, offset: 0 })
const vsock = (cid: string, port: string) => ({ transport: "socket", type: "vsock", cid, port })
const fd = (str: string) => ({ transport: "socket", type: "fd", str })
const cpr = (path: string) => ({ "channel-type": "cpr", addr: unix(path) })

const spice = (hostname = "10.0.0.9") => ({ protocol: "spice", hostname, port: 5900 })

const judged = (policy: Policy, input: object, command: Command = "migrate"): readonly string[] =>
  said(parseArguments(JSON.stringify(input), { command, policy }))

describe("the denial of", () => {
  /** For each line of a policy arguments that it alone denies. */
  const vectors = {
    transports: [{ transports: ["unix"] }, { uri: "tcp:10.0.0.9:1" }, "uri.type"],
    exec: [{}, at(exec("/bin/true")), "channels[0].addr.transport"],
    programs: [{ exec: { programs: ["/bin/false"] } }, at(exec("/bin/true")), "channels[0].addr.args"],
    shell: [{ exec: { programs: ["/bin/sh"] } }, { uri: "exec:true" }, "uri.args"],
    inetHosts: [{ inet: { hosts: ["10.0.0.8"] } }, at(inet()), "channels[0].addr.host"],
    inetPorts: [{ inet: { ports: ["49153-49215"] } }, at(inet()), "channels[0].addr.port"],
    rdmaHosts: [{ rdma: { hosts: ["10.0.0.8"] } }, at(rdma()), "channels[0].addr.host"],
    rdmaPorts: [{ rdma: { ports: [49153] } }, { uri: "rdma:10.0.0.9:49152" }, "uri.port"],
    unixPaths: [{ unix: { paths: ["/run/vm"] } }, at(unix("/run/x")), "channels[0].addr.path"],
    filePaths: [{ file: { paths: ["/var/tmp"] } }, { uri: "file:/etc/passwd" }, "uri.filename"],
    cids: [{ vsock: { cids: [3] } }, at(vsock("2", "1024")), "channels[0].addr.cid"],
    vsockPorts: [{ vsock: { ports: ["1024-2048"] } }, { uri: "vsock:3:1023" }, "uri.port"],
    names: [{ fd: { names: ["mig"] } }, at(fd("migrate")), "channels[0].addr.str"],
    inetZones: [{ inet: { zones: ["eth1"] } }, { uri: "tcp:[fe80::1%eth0]:1" }, "uri.host"],
    rdmaZones: [{ rdma: { zones: ["ib1"] } }, { uri: "rdma:[fe80::1%ib0]:1" }, "uri.host"],
    numbers: [{ fd: { numbers: ["3-20"] } }, at(fd("21")), "channels[0].addr.str", "migrate-incoming"],
    spiceHosts: [{ spice: { hosts: ["10.0.0.8"] } }, spice(), "hostname", "client_migrate_info"],
    spicePorts: [{ spice: { ports: ["5901-5909"] } }, spice(), "port", "client_migrate_info"],
    spiceZones: [{ spice: { zones: ["eth1"] } }, spice("fe80::1%eth0"), "hostname", "client_migrate_info"],
    spiceTickets: [
      { spice: { tickets: false } },
      spice("pvespiceproxy:6:100:n::3d"),
      "hostname",
      "client_migrate_info",
    ],
  } as const satisfies Readonly<Record<keyof typeof denials, readonly [Policy, object, path: string, Command?]>>

  test.each(Object.entries(denials))("%s names its line", (name, denial) => {
    const [policy, input, path, command = "migrate"]: readonly [Policy, object, string, Command?] =
      vectors[name as keyof typeof denials]
    expect(judged(policy, input, command)).toEqual([`policy-denied ${denial.id} ${path}`])
    const checked = parseArguments(JSON.stringify(input), { policy, command })
    const line = denial.id.replace("policy/", "")
    const named = { exec: "exec.programs lists programs", "fd.numbers": "numbers = [21]" }[line]
    expect(E.isLeft(checked) && checked.left[0].message).toContain(named ?? `Denied by ${line} in the policy.`)
  })

  test.each(Object.entries(denials))("%s has the code of a denial", (_, { code }) => expect(code).toBe("policy-denied"))

  test("several lines comes at once, with places in the text", () => {
    const policy = { inet: { hosts: [], ports: [] }, unix: { paths: [] } }
    const input = JSON.stringify(at(inet(), cpr("/run/cpr")))
    const checked = parseMigrateArguments(input, { policy })
    expect(said(checked)).toEqual([
      "policy-denied policy/inet.hosts channels[0].addr.host",
      "policy-denied policy/inet.ports channels[0].addr.port",
      "policy-denied policy/unix.paths channels[1].addr.path",
    ])
    const places = E.isLeft(checked)
      ? checked.left.map(({ offset, length }) => input.slice(offset, offset + length))
      : []
    expect(places).toEqual(['"10.0.0.9"', '"49152"', '"/run/cpr"'])
  })

  test("more than 64 is cut off", () => {
    const data = { "channel-type": "data", addr: inet(), "multifd-count": 1 }
    const text = JSON.stringify(at(inet(), ...Array(100).fill(data)))
    const checked = parseMigrateArguments(text, { draft: true, policy: { inet: { hosts: [], ports: [] } } })
    expect(said(checked).length).toBeLessThanOrEqual(64)
  })
})

describe("the default policy", () => {
  test.each<readonly [string, object]>([
    ["exec", at(exec("/usr/bin/nc", "10.0.0.9"))],
    ["a shell", at(exec("/bin/sh", "-c", "true"))],
    ["exec: in a uri", { uri: "exec:true" }],
  ])("denies %s", (_, input) => {
    expect(said(parseMigrateArguments(JSON.stringify(input)))[0]).toMatch(/^policy-denied policy\/exec /)
    expect(said(parseMigrateArguments(JSON.stringify(input), { command: "migrate-incoming" }))[0]).toMatch(
      /^policy-denied policy\/exec /,
    )
  })

  test.each<readonly [string, object]>([
    ["inet", at(inet())],
    ["unix", at(unix("/run/x"))],
    ["an abstract socket", at(unix("x", { abstract: true }))],
    ["vsock", at(vsock("2", "1"))],
    ["fd", at(fd("mig"))],
    ["rdma", at(rdma())],
    ["file", at(file("/etc/x"))],
    ["cpr", at(inet(), cpr("/run/x"))],
  ])("allows %s", (_, input) => expect(judged(defaultPolicy, input)).toEqual(["accept"]))

  test("cannot be changed by accident", () => {
    expect(Object.isFrozen(defaultPolicy)).toBe(true)
    expect(defaultPolicy).toEqual({})
  })

  test("is not loosened by saying which transports are allowed", () => {
    expect(judged({ transports: ["exec"] }, { uri: "exec:true" })[0]).toMatch(/^policy-denied policy\/exec /)
  })
})

describe("hosts", () => {
  const host = (hosts: readonly string[], name: string, command: MigrateCommand = "migrate") =>
    judged({ inet: { hosts } }, at(inet({ host: name })), command)[0] === "accept"

  test.each<readonly [readonly string[], string]>([
    [["10.0.0.0/8"], "10.255.255.255"],
    [["10.0.0.9"], "10.0.0.9"],
    [["10.0.0.9/32"], "10.0.0.9"],
    [["0.0.0.0/0"], "192.0.2.1"],
    [["fd00::/8"], "fd12::1"],
    [["fd00::9"], "FD00:0:0::9"],
    [["::1"], "0:0:0:0:0:0:0:1"],
    [["10.0.0.0/8"], "::ffff:10.0.0.9"],
    [["10.0.0.0/8"], "::FFFF:a00:9"],
    [["fe80::/10"], "fe80::1%eth0"],
    [["::10.0.0.0/104"], "::a00:9"],
    [["::/96"], "::10.0.0.9"],
    [["::1"], "::0.0.0.1"],
    [["node-9.example"], "node-9.example"],
    [["node-9.example"], "NODE-9.Example"],
    [["node-9.example"], "node-9.example."],
    [["Node-9.example."], "node-9.example"],
    [["192.0.2.0/24", "node-9"], "node-9"],
  ])("%j allow %s", (hosts, name) => expect(host(hosts, name)).toBe(true))

  test.each<readonly [readonly string[], string]>([
    [[], "10.0.0.9"],
    [["10.0.0.0/8"], "11.0.0.0"],
    [["10.0.0.9"], "10.0.0.90"],
    [["10.0.0.9/31"], "10.0.0.10"],
    [["10.0.0.0/8"], "::ffff:11.0.0.9"],
    [["10.0.0.0/8"], "::ffff:b00:9"],
    [["10.0.0.0/8"], "::10.0.0.9"],
    [["0.0.0.0/0"], "::0.0.0.1"],
    [["0.0.0.0/8"], "::0.0.0.1"],
    [["::10.0.0.0/104"], "10.0.0.9"],
    [["10.0.0.0/8"], "64:ff9b::10.0.0.9"],
    [["10.0.0.0/8"], "::ffff:0:10.0.0.9"],
    [["::/0"], "::ffff:10.0.0.9"],
    [["::/0"], "10.0.0.9"],
    [["0.0.0.0/0"], "::1"],
    [["127.0.0.0/8"], "0"],
    [["127.0.0.1"], "0.0.0.0"],
    [["10.0.0.0/8"], "0"],
    [["127.0.0.0/8"], "localhost"],
    [["localhost"], "127.0.0.1"],
    [["10.0.0.0/8"], "node-9"],
    [["0.0.0.0/0", "::/0"], "node-9"],
    [["node-9"], "node-9.example"],
    [["node-9.example"], "node-9"],
    [["example"], "node-9.example"],
    [["node-9"], "node_9"],
    [["fe80::/10"], "fec0::1"],
  ])("%j deny %s", (hosts, name) => expect(host(hosts, name)).toBe(false))

  test.each<readonly [readonly string[], string, boolean]>([
    [["0.0.0.0/0", "::/0"], "", true],
    [["0.0.0.0", "::"], "", true],
    [["0.0.0.0/0"], "", false],
    [["::/0"], "", false],
    [["127.0.0.0/8", "::1"], "", false],
    [["0.0.0.0"], "0", true],
    [["127.0.0.0/8"], "0", false],
    [["127.0.0.0/8"], "0.0.0.0", false],
    [["::1"], "::", false],
    [["::/0"], "::", false],
    [["::/0", "0.0.0.0"], "::0.0.0.0", true],
  ])("%j, to listen on %j: %j", (hosts, name, allowed) => {
    expect(host(hosts, name, "migrate-incoming")).toBe(allowed)
  })

  test("of rdma are its own", () => {
    expect(judged({ inet: { hosts: [] } }, at(rdma()))).toEqual(["accept"])
    expect(judged({ rdma: { hosts: ["10.0.0.0/8"] } }, at(rdma()))).toEqual(["accept"])
    expect(judged({ rdma: { hosts: ["10.0.0.0/8"] } }, at(rdma({ host: "11.0.0.9" })))).toHaveLength(1)
  })
})

describe("ports", () => {
  const port = (ports: readonly (number | string)[], more: object, command: MigrateCommand = "migrate-incoming") =>
    judged({ inet: { ports } }, at(inet(more)), command)[0] === "accept"

  test.each<readonly [readonly (number | string)[], object]>([
    [[49152], { port: "49152" }],
    [["49152"], { port: "49152" }],
    [["49152-49215"], { port: "49152" }],
    [["49152-49215"], { port: "49215" }],
    [["49152-49215"], { port: "49152", to: 49215 }],
    [[1, "5-6"], { port: "6" }],
    [["http"], { port: "http" }],
    [["http"], { port: "HTTP" }],
    [[0], { port: "0" }],
  ])("%j allow %j", (ports, more) => expect(port(ports, more)).toBe(true))

  test.each<readonly [readonly (number | string)[], object]>([
    [[], { port: "49152" }],
    [["49152-49215"], { port: "49151" }],
    [["49152-49215"], { port: "49216" }],
    [["49152-49215"], { port: "49152", to: 49216 }],
    [["49152-49215"], { port: "49215", to: 65535 }],
    [["49152-49160", "49161-49215"], { port: "49152", to: 65535 }],
    [["49152-49215"], { port: "0" }],
    [["49152-49215"], { port: "0", to: 49215 }],
    [["1-65535"], { port: "0" }],
    [["1-65535"], { port: "http" }],
    [["80"], { port: "http" }],
    [["http"], { port: "80" }],
    [["http"], { port: "https" }],
    [["http"], { port: "http", to: 65535 }],
    [["0x50"], { port: "80" }],
  ])("%j deny %j", (ports, more) => expect(port(ports, more)).toBe(false))

  test("are those of a uri too", () => {
    const policy = { inet: { ports: ["49152-49215"] } }
    expect(judged(policy, { uri: "tcp::49152,to=49216" }, "migrate-incoming")).toEqual([
      "policy-denied policy/inet.ports uri.port",
    ])
    expect(judged(policy, { uri: "tcp::49152,to=49215" }, "migrate-incoming")).toEqual(["accept"])
  })
})

describe("paths", () => {
  const path = (paths: readonly string[], asked: string, more: object = {}) => [
    judged({ unix: { paths } }, at(unix(asked, more)))[0] === "accept",
    ...(asked.includes("\0") || "abstract" in more
      ? []
      : [judged({ file: { paths } }, at(file(asked)))[0] === "accept"]),
  ]

  test.each<readonly [string, string]>([
    ["/run/mig", "/run/mig"],
    ["/run/mig", "/run/mig/"],
    ["/run/mig", "/run/mig/a/b"],
    ["/run/mig/", "/run/mig"],
    ["/run/mig/", "/run/mig/a"],
    ["/run/mig", "//run//mig//a"],
    ["/run/mig", "/run/./mig/./a"],
    ["/run/mig", "/run/mig/..a"],
    ["/run/mig", "/run/mig/..."],
    ["/", "/etc/passwd"],
    ["/", "/"],
  ])("%s allow %s", (allowed, asked) => expect(path([allowed], asked)).toEqual([true, true]))

  test.each<readonly [string, string]>([
    ["/run/mig", "/run/migrate"],
    ["/run/mig", "/run/migrate/a"],
    ["/run/mig", "/run/mig.sock"],
    ["/run/mig", "/run/mi"],
    ["/run/mig", "/run"],
    ["/run/mig", "/"],
    ["/run/mig", "/run/mig/../x"],
    ["/run/mig", "/run/mig/.."],
    ["/run/mig", "/run/x/../mig/a"],
    ["/run/mig", "/../run/mig/a"],
    ["/", "/run/.."],
    ["/run/mig", "/run/mig/a/../../x"],
    ["/run/mig", "/run/mig/../../etc/passwd"],
    ["/run/mig", "/run/mig//..//x"],
    ["/run/mig", "/run/mig/./../x"],
    ["/run/mig", "/run/mig/.././x"],
    ["/run/mig", "/RUN/MIG/a"],
    ["/run/mig", "/run/mig\\a"],
    ["/run/mig", "run/mig/a"],
    ["/run/mig", "./run/mig/a"],
    ["/run/mig", "../run/mig"],
    ["/run/mig", " /run/mig/a"],
    ["/", "etc/passwd"],
    ["/run/mi\u0067\u0301", "/run/mi\u01f5"],
  ])("%s deny %s", (allowed, asked) => expect(path([allowed], asked)).toEqual([false, false]))

  test.each<readonly [string, string, boolean]>([
    ["@vm", "vm", true],
    ["@vm-", "vm-1", true],
    ["@", "anything", true],
    ["@vm", "v", false],
    ["@vm", "x/vm", false],
    ["@vm", "VM", false],
    ["/run", "/run/x", false],
    ["/", "vm", false],
    ["/", "/vm", false],
    ["@/run", "/run", true],
  ])("%s, of an abstract socket %s: %j", (allowed, asked, expected) => {
    expect(path([allowed], asked, { abstract: true })).toEqual([expected])
  })

  test("of abstract sockets are none of files", () => {
    expect(judged({ unix: { paths: ["@vm"] } }, at(unix("/vm")))).toHaveLength(1)
    expect(path(["@"], "vm", { abstract: false })).toEqual([false])
  })

  test("deny all where there are none", () => {
    expect(path([], "/run/a")).toEqual([false, false])
    expect(path([], "a", { abstract: true })).toEqual([false])
  })

  test("are compared for uris and for cpr channels", () => {
    const policy = { unix: { paths: ["/run/mig"] }, file: { paths: ["/var/tmp"] } }
    expect(judged(policy, { uri: "unix:/run/mig/../x" })).toEqual(["policy-denied policy/unix.paths uri.path"])
    expect(judged(policy, { uri: "file:/var/tmp/../x,offset=1" })).toEqual([
      "policy-denied policy/file.paths uri.filename",
    ])
    expect(judged(policy, { uri: "file:/var/tmp/x,offset=1" })).toEqual(["accept"])
    expect(judged(policy, at(inet(), cpr("/run/mig/../x")))).toEqual([
      "policy-denied policy/unix.paths channels[1].addr.path",
    ])
    expect(judged({ transports: ["inet"] }, at(inet(), cpr("/run/mig/x")))).toEqual([
      "policy-denied policy/transports channels[1].addr.type",
    ])
  })
})

describe("programs", () => {
  const program = (exec_: NonNullable<Policy["exec"]>, ...args: readonly string[]) =>
    judged({ exec: exec_ }, at(exec(...args)))

  const programs = ["/usr/bin/nc", "/usr/libexec/mig/send"]

  test.each([["/usr/bin/nc", "10.0.0.9"], ["/usr/libexec/mig/send"], ["/usr//bin/./nc"]])(
    "that are listed may run: %s",
    (...args) => expect(program({ programs }, ...args)).toEqual(["accept"]),
  )

  test.each([
    "/usr/bin/ncat",
    "/usr/bin/nc/",
    "/usr/bin",
    "/bin/nc",
    "/usr/bin/NC",
    "/usr/bin/nc/../cat",
    "/usr/lib/../bin/nc",
    "/usr/bin/nc ",
  ])("that are not may not: %s", (path) => {
    const expected = path === "/usr/bin/nc/" ? ["accept"] : ["policy-denied policy/exec.programs channels[0].addr.args"]
    expect(program({ programs }, path)).toEqual(expected)
  })

  test.each([
    ...["/bin/sh", "//bin//sh", "/bin/./sh", "/bin/bash", "/bin/dash", "/usr/bin/zsh", "/bin/ash"],
    ...["/usr/bin/ksh", "/usr/bin/fish", "/usr/bin/env", "/bin/busybox", "/usr/bin/toybox", "/bin/csh", "/bin/tcsh"],
    ...["/bin/rbash", "/bin/mksh", "/opt/x/sh"],
  ])("that are shells may not, though listed: %s", (path) => {
    expect(program({ programs: [path] }, path, "-c", "true")).toEqual([
      "policy-denied policy/exec.shell channels[0].addr.args",
    ])
    expect(program({ programs: [path], shell: false }, path)).toHaveLength(1)
    expect(program({ programs: [path], shell: true }, path, "-c", "true")).toEqual(["accept"])
  })

  test("that are shells must be listed all the same", () => {
    expect(program({ programs, shell: true }, "/bin/sh", "-c", "true")).toEqual([
      "policy-denied policy/exec.programs channels[0].addr.args",
    ])
    expect(judged({ exec: { programs, shell: true } }, { uri: "exec:/usr/bin/nc 10.0.0.9" })).toEqual([
      "policy-denied policy/exec.programs uri.args",
    ])
  })

  test("of a uri are the shell", () => {
    expect(judged({ exec: { programs: ["/bin/sh"], shell: true } }, { uri: "exec:true" })).toEqual(["accept"])
    expect(judged({ exec: { programs: ["/bin/true"] } }, { uri: "exec:/bin/true" })).toEqual([
      "policy-denied policy/exec.programs uri.args",
      "policy-denied policy/exec.shell uri.args",
    ])
  })

  test("may not run where the list is empty, or exec is no transport", () => {
    expect(program({ programs: [] }, "/bin/true")).toHaveLength(1)
    expect(judged({ transports: ["inet"], exec: { programs: ["/bin/true"] } }, at(exec("/bin/true")))).toEqual([
      "policy-denied policy/transports channels[0].addr.transport",
    ])
  })
})

describe("transports", () => {
  const kinds: readonly (readonly [Transport, object])[] = [
    ["inet", inet()],
    ["unix", unix("/x")],
    ["vsock", vsock("3", "1")],
    ["fd", fd("mig")],
    ["exec", exec("/bin/true")],
    ["rdma", rdma()],
    ["file", file("/x")],
  ]

  test.each(kinds)("of one kind allow %s and no other", (transport, addr) => {
    const policy: Policy = { transports: [transport], exec: { programs: ["/bin/true"] } }
    expect(judged(policy, at(addr))).toEqual(["accept"])
    for (const [other, address] of kinds)
      if (other !== transport) expect(judged(policy, at(address))[0]).toMatch(/^policy-denied policy\/transports /)
  })

  test("of none deny everything", () => {
    for (const [, addr] of kinds) expect(judged({ transports: [] }, at(addr))).toHaveLength(1)
  })
})

describe("vsock and fd", () => {
  test.each<readonly [Policy["vsock"], string, string, boolean]>([
    [{ cids: ["3-5"] }, "3", "1", true],
    [{ cids: ["3-5"] }, "5", "1", true],
    [{ cids: ["3-5"] }, "6", "1", false],
    [{ cids: [] }, "3", "1", false],
    [{ cids: [3], ports: [1] }, "3", "1", true],
    [{ cids: [3], ports: [1] }, "3", "2", false],
    [{ ports: ["0-1023"] }, "3", "4294967294", false],
    [{}, "3", "1", true],
  ])("%j, of %s:%s: %j", (policy, cid, port, allowed) => {
    expect(judged({ vsock: policy ?? {} }, at(vsock(cid, port)))[0] === "accept").toBe(allowed)
  })

  test.each<readonly [Policy["fd"], string, boolean]>([
    [{ names: ["mig"] }, "mig", true],
    [{ names: ["mig"] }, "MIG", false],
    [{ names: ["mig"] }, "mig2", false],
    [{ names: [] }, "mig", false],
    [{}, "mig", true],
  ])("%j, of %s: %j", (policy, name, allowed) => {
    expect(judged({ fd: policy ?? {} }, at(fd(name)))[0] === "accept").toBe(allowed)
  })
})

describe("checkPolicy", () => {
  test("gives back the arguments that it allows", () => {
    const checked = { uri: "tcp:10.0.0.9:49152", resume: true }
    const held = checkPolicy({}, checked)
    expect(E.isRight(held) && held.right).toBe(checked)
  })

  test("judges by the command and the QEMU that it is told", () => {
    const checked = { uri: "tcp::0" }
    expect(said(checkPolicy({}, checked, { command: "migrate-incoming" }))).toEqual(["accept"])
    expect(said(checkPolicy({}, checked))[0]).toBe("wrong-type qemu/host-empty uri.host")
    expect(said(checkPolicy({}, { uri: "file:/x" }, { version: "7.2" }))).toEqual(["not-in-enum qemu/uri-scheme uri"])
  })

  test.each<[Command, ArgumentsOf[Command], string]>([
    ["migrate", { uri: "tcp" }, "not-in-enum qemu/uri-scheme uri"],
    ["incoming", "main,addr", "wrong-type qemu/incoming-syntax"],
    ["incoming", "defer", "accept"],
    ["dump-guest-memory", { paging: false, protocol: "exec:id" }, "wrong-type qemu/dump-protocol protocol"],
  ])("says of arguments of %s that no codec has decoded what is wrong with %j", (command, checked, expected) => {
    expect(said(checkPolicy({}, checked, { command }))).toEqual([expected])
  })

  test("has no places where there is no text", () => {
    const held = checkPolicy({ transports: [] }, { uri: "tcp:10.0.0.9:1" })
    expect(E.isLeft(held) && held.left[0]).toMatchObject({ offset: 0, length: 0, path: "uri.type" })
  })

  test("says at most 64 things", () => {
    const addr = { transport: "socket", type: "inet", host: "10.0.0.9", port: "1" } as const
    const data = { "channel-type": "data", addr, "multifd-count": 1 } as const
    expect(said(checkPolicy({ transports: [] }, { channels: Array(200).fill(data) })).length).toBeLessThanOrEqual(64)
  })

  test("throws a TypeError for another command", () => {
    expect(() => Reflect.apply(checkPolicy, undefined, [{}, {}, { command: "cont" }])).toThrow(TypeError)
  })

  test("shows nothing of what it denies", () => {
    const held = checkPolicy({ transports: ["unix"] }, { uri: "exec:cat /etc/shadow" })
    expect(E.isLeft(held) && held.left[0].message).not.toContain("shadow")
  })
})

describe("a policy is", () => {
  test.each<readonly [string, Policy]>([
    ["empty", {}],
    [
      "all of it",
      {
        transports: ["inet", "unix", "vsock", "fd", "exec", "rdma", "file"],
        exec: { programs: ["/usr/bin/nc"], shell: false },
        inet: { hosts: ["10.0.0.0/8", "fd00::/8", "node-9.example", "::1"], ports: [49152, "49153-49215", "http"] },
        rdma: { hosts: [], ports: [] },
        unix: { paths: ["/run/mig", "@vm"] },
        file: { paths: ["/var/tmp"] },
        vsock: { cids: [3, "4-5"], ports: ["1024"] },
        fd: { names: ["mig", ""] },
      },
    ],
    ["a network of everything", { inet: { hosts: ["0.0.0.0/0", "::/0"] } }],
    ["a table without lists", { inet: {}, rdma: {}, unix: {}, file: {}, vsock: {}, fd: {} }],
  ])("%s", (_, policy) => {
    expect(policyCodec.decode(policy)).toEqual(E.right(policy))
    expect(policyCodec.is(policy)).toBe(true)
    expect(policyCodec.encode(policy)).toEqual(policy)
  })
})

describe("a policy is not", () => {
  const { host, range, descriptors, exec: lists, path, socketPath } = policyRules
  const wrong = (id: string, at_: string) => [`wrong-type ${id} ${at_}`]

  test.each<readonly [string, unknown, readonly string[]]>([
    ["null", null, ["wrong-type shape/object"]],
    ["a misspelt table", { exce: {} }, ["unknown-member shape/unknown-member exce"]],
    ["__proto__", { ["__proto__"]: {} }, ["unknown-member shape/unknown-member __proto__"]],
    ["a misspelt line", { inet: { host: ["a"] } }, ["unknown-member shape/unknown-member inet.host"]],
    ["exec without programs and commands", { exec: { shell: true } }, wrong(lists.id, "exec")],
    ["exec switched on", { exec: true }, ["wrong-type shape/object exec"]],
    ["a text for a list", { transports: "inet" }, ["wrong-type shape/list transports"]],
    ["another transport", { transports: ["tcp"] }, ["not-in-enum shape/name transports[0]"]],
    ["a transport that every object has", { transports: ["toString"] }, ["not-in-enum shape/name transports[0]"]],
    ["null for a list", { inet: { hosts: null } }, ["wrong-type shape/list inet.hosts"]],
    ["a wildcard", { inet: { hosts: ["*"] } }, wrong(host.id, "inet.hosts[0]")],
    ["an empty host", { inet: { hosts: [""] } }, wrong(host.id, "inet.hosts[0]")],
    ["a host in brackets", { inet: { hosts: ["[::1]"] } }, wrong(host.id, "inet.hosts[0]")],
    ["a prefix too long", { inet: { hosts: ["10.0.0.0/33"] } }, wrong(host.id, "inet.hosts[0]")],
    ["an IPv6 prefix too long", { rdma: { hosts: ["::/129"] } }, wrong(host.id, "rdma.hosts[0]")],
    ["a prefix with a leading zero", { inet: { hosts: ["10.0.0.0/08"] } }, wrong(host.id, "inet.hosts[0]")],
    ["no prefix behind a slash", { inet: { hosts: ["10.0.0.0/"] } }, wrong(host.id, "inet.hosts[0]")],
    ["two prefixes", { inet: { hosts: ["10.0.0.0/8/8"] } }, wrong(host.id, "inet.hosts[0]")],
    ["a short network", { inet: { hosts: ["10/8"] } }, wrong(host.id, "inet.hosts[0]")],
    ["a mask", { inet: { hosts: ["10.0.0.0/255.0.0.0"] } }, wrong(host.id, "inet.hosts[0]")],
    ["a zone", { inet: { hosts: ["fe80::1%eth0"] } }, wrong(host.id, "inet.hosts[0]")],
    ["a zone and a prefix", { inet: { hosts: ["fe80::1%eth0/64"] } }, wrong(host.id, "inet.hosts[0]")],
    ["a decimal form", { inet: { hosts: ["2130706433"] } }, wrong(host.id, "inet.hosts[0]")],
    ["a range the wrong way round", { inet: { ports: ["5-4"] } }, wrong(range.id, "inet.ports[0]")],
    ["a range without an end", { inet: { ports: ["5-"] } }, wrong(range.id, "inet.ports[0]")],
    ["a range of three", { inet: { ports: ["1-2-3"] } }, wrong(range.id, "inet.ports[0]")],
    ["a negative port", { inet: { ports: [-1] } }, wrong(range.id, "inet.ports[0]")],
    ["a fraction", { inet: { ports: [1.5] } }, wrong(range.id, "inet.ports[0]")],
    ["NaN", { inet: { ports: [Number.NaN] } }, wrong(range.id, "inet.ports[0]")],
    ["a port with a space", { inet: { ports: [" 5"] } }, wrong(range.id, "inet.ports[0]")],
    ["a port that is a boolean", { inet: { ports: [true] } }, wrong("shape/type", "inet.ports[0]")],
    ["a service among cids", { vsock: { cids: ["http"] } }, wrong(range.id, "vsock.cids[0]")],
    ["a standard stream", { fd: { numbers: [2] } }, wrong(descriptors.id, "fd.numbers[0]")],
    ["a range from a standard stream on", { fd: { numbers: ["0-31"] } }, wrong(descriptors.id, "fd.numbers[0]")],
    ["a descriptor beyond an int", { fd: { numbers: [2 ** 31] } }, wrong(descriptors.id, "fd.numbers[0]")],
    ["a command that is a text", { exec: { commands: ["/bin/cat /x"] } }, ["wrong-type shape/list exec.commands[0]"]],
    ["a relative path", { file: { paths: ["tmp"] } }, wrong(path.id, "file.paths[0]")],
    ["an empty path", { file: { paths: [""] } }, wrong(path.id, "file.paths[0]")],
    ["an abstract path of a file", { file: { paths: ["@vm"] } }, wrong(path.id, "file.paths[0]")],
    ["a relative program", { exec: { programs: ["nc"] } }, wrong(path.id, "exec.programs[0]")],
    ["a relative path of a socket", { unix: { paths: ["run"] } }, wrong(socketPath.id, "unix.paths[0]")],
    ["an empty path of a socket", { unix: { paths: [""] } }, wrong(socketPath.id, "unix.paths[0]")],
    ["a name that is a number", { fd: { names: [3] } }, ["wrong-type shape/string fd.names[0]"]],
    ["a text for a boolean", { exec: { programs: [], shell: "no" } }, ["wrong-type shape/boolean exec.shell"]],
  ])("%s", (_, policy, expected) => {
    expect(said(policyCodec.decode(policy) as Checked<unknown>)).toEqual(expected)
    expect(policyCodec.is(policy)).toBe(false)
  })

  test("anything that the table above has no line for", () => {
    expect(Object.keys(policyRules)).toEqual(["host", "range", "descriptors", "exec", "path", "socketPath"])
  })

  test.each<readonly [string, unknown]>([
    ["null", null],
    ["a text", "inet"],
    ["misspelt", { inet: { host: [] } }],
    ["a list where a name is", { transports: "fd" }],
    ["a text where a list is", { fd: { names: "migration" } }],
    ["a flag", { exec: true }],
    ["of a class", new Map([["transports", []]])],
    ["a path with .. in it", { file: { paths: ["/run/../etc"] } }],
  ])("and judges nothing where it is %s", (_, policy) => {
    const judge = (input: unknown) => checkPolicy(input as Policy, { uri: "tcp:h:1" })
    expect(() => judge(policy)).toThrow(/^not a policy: /)
    expect(() => parseMigrateArguments('{"uri":"tcp:h:1"}', { policy: policy as Policy })).toThrow(TypeError)
  })

  test("and says so through io-ts", () => {
    expect(PathReporter.report(t.type({ policy: policyCodec }).decode({ policy: { file: { paths: [""] } } }))).toEqual([
      expect.stringMatching(/^policy\.file\.paths\[0\]: A path of a policy must be absolute, without/),
    ])
    expect(() => Reflect.apply(policyCodec.encode, undefined, [{ exce: {} }])).toThrow(/^not a Policy/)
  })
})
