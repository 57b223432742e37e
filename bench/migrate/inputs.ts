/** A JSON value. */
export type Input = unknown

type Members = Readonly<Record<string, unknown>>

const channel = (addr: unknown, type = "main"): Members => ({ "channel-type": type, addr })
const to = (addr: unknown): Members => ({ channels: [channel(addr)] })

const inet = (members: Members = {}): Members => ({
  transport: "socket",
  type: "inet",
  host: "10.12.34.9",
  port: "49152",
  ...members,
})
const unix = (members: Members = {}): Members => ({
  transport: "socket",
  type: "unix",
  path: "/run/migration.sock",
  ...members,
})
const vsock = (members: Members = {}): Members => ({
  transport: "socket",
  type: "vsock",
  cid: "3",
  port: "1234",
  ...members,
})
const fd = (str: unknown = "migration", more: Members = {}): Members => ({
  transport: "socket",
  type: "fd",
  str,
  ...more,
})
const exec = (args: unknown = ["/usr/bin/nc", "10.0.0.9", "49152"], more: Members = {}): Members => ({
  transport: "exec",
  args,
  ...more,
})
const rdma = (members: Members = {}): Members => ({ transport: "rdma", host: "10.0.0.9", port: "4444", ...members })
const file = (members: Members = {}): Members => ({
  transport: "file",
  filename: "/var/tmp/vm.state",
  offset: 0,
  ...members,
})

const without = (members: Members, name: string): Members =>
  Object.fromEntries(Object.entries(members).filter(([key]) => key !== name))

/** The arguments that hand a machine over to another host. */
export const typical: Input = to(inet())

/** What the typical arguments are refused for, each timed. */
export const refusals: readonly { readonly name: string; readonly input: Input }[] = [
  { name: "port 69982", input: to(inet({ port: "69982" })) },
  { name: "a member that there is none of", input: to(inet({ timeout: 5 })) },
  { name: "a port that is a number", input: to(inet({ port: 49152 })) },
]

const aName = (length: number): string => "a234567890123456789.".repeat(13).slice(0, length)

const keptHosts = [
  ...["0.0.0.0", "255.255.255.255", "1.20.199.249", "0"],
  ...["a", "host", "Host-1.example.org", "host.example.org.", "_srv.example", "1a", "1.a", "0x1g", "a.0xg", "3com"],
  ...["10.0.0.example", "x".repeat(63), `${"x".repeat(63)}.y`, aName(253), `${aName(253)}.`],
  ...["::", "::1", "1::", "fd00::9", "FD00::9", "2001:db8:0:0:1:0:0:1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::"],
  ...["::2:3:4:5:6:7:8", "1::8", "1:2:3::6:7:8", "1:2::5:6:7:8", "1::3:4:5:6:7:8", "::ffff:10.0.0.9", "::10.0.0.9"],
  ...["1:2:3:4:5:6:10.0.0.9", "1::10.0.0.9", "1:2:3:4:5::10.0.0.9", "64:ff9b::10.0.0.9", "fe80::1%eth0", "FE80::1%2"],
  ...["febf::1%br-0.1_a", "fe80:0:0:0:1:2:3:4%abcdefghijklmno"],
]
const brokenHosts = [
  ...["", " ", "256.0.0.1", "1.2.3", "1.2.3.4.", "01.2.3.4", "1.2.3.04", "1.2.3.4.5", "10.12.34.9 ", "10.12.34.9\n"],
  ...["1", "00", "167772161", "0x7f000001", "0x", "host.1", "host.0x1", "host.1.", "1.", ".", "host..a", ".host"],
  ...["-host", "host-", "host-.a", "a.-b", "ho st", "höst", "host/", "host:1", "[::1]", "x".repeat(64), aName(254)],
  ...[
    `${aName(254)}.`,
    "host\u0000",
    ":",
    ":::",
    ":1",
    "1:",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
  ],
  ...["::g", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:10.0.0.9", "::10.0.0", "::10.0.0.256"],
  ...["::01.2.3.4", "10.0.0.9::", "fd00::9%eth0", "fe80::1%", "fe80::1%abcdefghijklmnop", "fe80::1%e/0", "::1%1"],
]

const keptPorts = [
  "1",
  "9",
  "10",
  "999",
  "9999",
  "10000",
  "49152",
  "59999",
  "60000",
  "64999",
  "65499",
  "65529",
  "65535",
]
const keptServices = ["http", "a", "x11", "1a", "qemu-1", "a-b-c", "abcdefghijklmno", "0-a", "0x1", "1e3"]
const brokenPorts = [
  ...["", "0", "00", "01", "049152", "65536", "65540", "65600", "66000", "69982", "70000", "100000", "4915200000"],
  ...["+1", "-1", " 1", "1 ", "1\n", "1.0", "-", "-a", "a-", "a--b", "a_b", "a b", "1-2", "port\u0000"],
  ...["abcdefghijklmnop", "pört"],
]

const keptVsock = ["0", "1", "999999999", "1000000000", "3999999999", "4199999999", "4294967289", "4294967294"]
const brokenVsock = [
  "",
  "00",
  "01",
  "-1",
  "+1",
  " 1",
  "1 ",
  "0x1",
  "a",
  "4294967295",
  "4294967296",
  "5000000000",
  "10000000000",
]

const keptFamilies: readonly Members[] = [
  ...[{ ipv4: true }, { ipv4: false }, { ipv6: true }, { ipv6: false }, { ipv4: true, ipv6: true }],
  ...[
    { ipv4: true, ipv6: false },
    { ipv4: false, ipv6: true },
  ],
]
const ipv6Host = { host: "fd00::9" }

/** Arguments that ours takes, of every kind of address and at every limit. */
export const kept: readonly Input[] = [
  typical,
  ...[{ resume: true }, { resume: false }].map((more) => ({ ...to(inet()), ...more })),
  to(inet({ "keep-alive": true, "keep-alive-count": 127, "keep-alive-idle": 32767, "keep-alive-interval": 0 })),
  ...keptHosts.flatMap((host) => [to(inet({ host })), to(rdma({ host }))]),
  ...keptPorts.flatMap((port) => [to(inet({ port })), to(rdma({ port }))]),
  ...keptServices.map((port) => to(inet({ port }))),
  to(inet({ numeric: false, "keep-alive": true, mptcp: false })),
  ...keptFamilies.map((families) => to(inet(families))),
  ...[{ ipv4: false }, { ipv6: true }, { ipv4: false, ipv6: true }, { ipv4: true, ipv6: true }].map((families) =>
    to(inet({ ...ipv6Host, ...families })),
  ),
  ...["a", "./relative", "/ü", "/a b\n", "a@", "x".repeat(108)].map((path) => to(unix({ path }))),
  to(unix({ abstract: false })),
  ...["a", "@a", "x".repeat(107)].map((path) => to(unix({ path, abstract: true }))),
  ...[true, false].map((tight) => to(unix({ abstract: true, tight }))),
  ...keptVsock.flatMap((number) => [to(vsock({ cid: number })), to(vsock({ port: number }))]),
  ...["a", "fd-7", "-1", " 1", "ü", "x".repeat(300)].map((str) => to(fd(str))),
  ...[["/bin/true"], ["/bin/sh", "-c", "cat > /tmp/x"], ["/", ""], ["/a", "ü", "😀", "\n"]].map((args) =>
    to(exec(args)),
  ),
  ...["a", "/ü", "x".repeat(4095)].map((filename) => to(file({ filename }))),
  ...[1, 4096, Number.MAX_SAFE_INTEGER].map((offset) => to(file({ offset }))),
  { channels: [channel(inet()), channel(unix(), "cpr")] },
  { channels: [channel(unix({ abstract: true }), "cpr"), channel(file())] },
]

const addresses: readonly Members[] = [inet(), unix(), vsock(), fd(), exec(), rdma(), file()]
const notObjects: readonly Input[] = [null, true, 1, "tcp:10.0.0.9:49152", [], [typical]]
const notText: readonly Input[] = [null, true, 1, [], {}, ["49152"]]
const notPlain = ["\u0000", "a\u0000", "\ud800", "a\udc00b", "\ufffe", "\ufdd0", "\u{1ffff}"]
const notFlags: readonly Input[] = [null, 0, 1, "true", "on", [], {}]

/** Arguments that ours refuses, each for one of its rules. */
export const broken: readonly Input[] = [
  ...refusals.map(({ input }) => input),
  ...notObjects,
  {},
  { detach: true },
  { ...to(inet()), uri: "tcp:10.0.0.9:49152" },
  ...[null, 1, true, [], {}].map((uri) => ({ uri })),
  ...["blk", "inc", "exit-on-error", "channel", "Channels", "", "toString", "constructor"].map((name) => ({
    ...to(inet()),
    [name]: true,
  })),
  ...notFlags.flatMap((flag) => [
    { ...to(inet()), detach: flag },
    { ...to(inet()), resume: flag },
  ]),
  ...[null, true, 1, "main", {}, { 0: channel(inet()) }, [], [null], ["main"], [[]], [{}]].map((channels) => ({
    channels,
  })),
  { channels: [channel(inet()), channel(inet())] },
  { channels: [channel(unix(), "cpr")] },
  { channels: [channel(unix(), "cpr"), channel(unix(), "cpr")] },
  { channels: [channel(inet()), channel(unix(), "cpr"), channel(unix(), "cpr")] },
  { channels: [channel(inet()), channel(unix(), "cpr"), channel(inet())] },
  { channels: [channel(inet()), channel(inet({ port: "0" }), "cpr")] },
  ...[inet(), vsock(), fd(), exec(), rdma(), file()].map((addr) => ({
    channels: [channel(inet()), channel(addr, "cpr")],
  })),
  { channels: [channel(inet()), null] },
  ...["data", "post-copy", "Main", "", "toString"].map((type) => ({ channels: [channel(inet(), type)] })),
  ...[null, 0, true, ["main"]].map((type) => ({ channels: [{ "channel-type": type, addr: inet() }] })),
  { channels: [{ addr: inet() }] },
  { channels: [{ "channel-type": "main" }] },
  { channels: [{ ...channel(inet()), "multifd-count": 2 }] },
  ...notObjects.map(to),
  to({}),
  ...["tcp", "Socket", "", "toString"].flatMap((name) => [to(inet({ transport: name })), to(inet({ type: name }))]),
  ...[null, 0, ["socket"]].flatMap((name) => [to(inet({ transport: name })), to(inet({ type: name }))]),
  ...addresses.flatMap((addr) => Object.keys(addr).map((name) => to(without(addr, name)))),
  ...addresses.map((addr) => to({ ...addr, more: 1 })),
  ...addresses.map((addr) => to({ ...addr, constructor: "x" })),
  ...["unix", "vsock", "fd"].map((type) => to(inet({ type }))),
  ...["exec", "rdma", "file"].map((transport) => to(inet({ transport }))),
  ...brokenHosts.flatMap((host) => [to(inet({ host })), to(rdma({ host }))]),
  ...notText.flatMap((host) => [to(inet({ host })), to(rdma({ host }))]),
  ...brokenPorts.flatMap((port) => [to(inet({ port })), to(rdma({ port }))]),
  ...notText.flatMap((port) => [to(inet({ port })), to(rdma({ port }))]),
  ...keptServices.map((port) => to(rdma({ port }))),
  to(inet({ to: 49155 })),
  to(inet({ numeric: true })),
  to(inet({ "keep-alive-idle": 1 })),
  to(inet({ "keep-alive": true, "keep-alive-count": 128 })),
  { ...to(inet()), detach: true },
  ...["numeric", "ipv4", "ipv6", "keep-alive", "mptcp"].flatMap((name) => [
    ...notFlags.map((flag) => to(inet({ [name]: flag }))),
    to(rdma({ [name]: false })),
  ]),
  to(rdma({ to: 49155 })),
  to(rdma({ type: "inet" })),
  to(inet({ ipv4: false, ipv6: false })),
  ...[{ ipv4: true }, { ipv6: false }, { ipv4: true, ipv6: false }, { ipv4: false, ipv6: false }].map((families) =>
    to(inet({ ...ipv6Host, ...families })),
  ),
  ...["", "@", "@a", "x".repeat(109), ...notPlain].map((path) => to(unix({ path }))),
  ...["", "x".repeat(108), ...notPlain].map((path) => to(unix({ path, abstract: true }))),
  ...notText.map((path) => to(unix({ path }))),
  to(unix({ path: "@a", abstract: false })),
  ...[true, false].flatMap((tight) => [to(unix({ tight })), to(unix({ tight, abstract: false }))]),
  ...notFlags.flatMap((flag) => [to(unix({ abstract: flag })), to(unix({ abstract: true, tight: flag }))]),
  ...[...brokenVsock, ...notText].flatMap((number) => [to(vsock({ cid: number })), to(vsock({ port: number }))]),
  ...["", "0", "7", "7a", ...notPlain, ...notText].map((str) => to(fd(str))),
  ...[[], ["nc"], ["./nc"], [""], [1], [null], ["/bin/true", 1], ["/bin/true", null], ["/bin/true", ["-c"]]].map(
    (args) => to(exec(args)),
  ),
  ...[null, 1, "/bin/true", {}, { 0: "/bin/true" }].map((args) => to(exec(args))),
  ...notPlain.flatMap((text) => [to(exec([`/${text}`])), to(exec(["/bin/true", text]))]),
  ...["", "x".repeat(4096), ...notPlain, ...notText].map((filename) => to(file({ filename }))),
  ...[-1, 0.5, 2 ** 53, 1e300, "0", null, true, [], {}].map((offset) => to(file({ offset }))),
]
