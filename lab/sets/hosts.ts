import { both, inet, only, rdma } from "./written.js"

const hosts = [
  ...["localhost", "target.example", "target.example.", "under_score.example", "xn--bcher-kva.example"],
  ...["nowhere.example", "a".repeat(63), `${"a".repeat(64)}.example`, "-a.example", "a..example"],
  ...["127.0.0.1", "127.0.0.2", "192.0.2.1", "0.0.0.0", "0", "", "127.1", "2130706433", "0x7f.1", "127.0.0.01"],
  ...["127.0.0.1.", "256.0.0.1", "1.2.3", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "2001:db8::9", "fe80::1%lo"],
  ...["fe80::1%1", "::1%lo", "[::1]", "[127.0.0.1]", ":::1", "1::2::3", "::1.2.3", "12345::", "::ffff:127.0.0.01"],
  ...["h p", " localhost", "localhost ", "localhost:4446", "a/b", "größe.example", "*", "@", "a".repeat(300)],
  ...["ff02::1", "ff0e::9", "ff2::1", "224.0.0.1"],
  ...[`${`${"a".repeat(49)}.`.repeat(5)}abc`, `${`${"a".repeat(49)}.`.repeat(5)}abcd`, "%", "localhost\n"],
]

const ports = [
  ...["1", "80", "4446", "65535", "0", "65536", "69982", "4294967296", "99999999999999999999", "http", "qemu-mig"],
  ...["vnc-server", "no-such-port", "HTTP", "-http", "a--b", "4446x", "x4446", "", " 4446", "4446 ", "+4446", "-1"],
  ...["04446", "0x115e", "4446,to=4447", "4446.0", "４４４６", "a".repeat(15), "a".repeat(16), "00", "-0", "+0", "1e3"],
]

const families = [
  { ipv4: true },
  { ipv4: false },
  { ipv6: true },
  { ipv6: false },
  { ipv4: true, ipv6: true },
  { ipv4: false, ipv6: false },
  { ipv4: true, ipv6: false },
  { ipv4: false, ipv6: true },
]

const familyHosts = ["127.0.0.1", "::1", "localhost", "0", "", "::ffff:127.0.0.1", "::ffff:7f00:1"]

const options = [
  { to: 4446 },
  { to: 4450 },
  { to: 4445 },
  { to: 0 },
  { to: 65535 },
  { to: 65536 },
  { to: -1 },
  { to: 4450.5 },
  { to: "4450" },
  { to: 4450, port: "http" },
  { to: 80, port: "http" },
  { to: 0, port: "0" },
  { to: 70000, port: "1" },
  { numeric: true },
  { numeric: false },
  { numeric: true, port: "http" },
  { numeric: true, host: "localhost" },
  { numeric: true, host: "" },
  { numeric: true, host: "::1" },
  { numeric: true, host: "0" },
  { numeric: true, host: "127.1" },
  { "keep-alive": true },
  { "keep-alive": true, numeric: true },
  { "keep-alive": false },
  { mptcp: false },
  { mptcp: true },
  { ipv4: "on" },
  { ipv4: 1 },
  { ipv6: null },
  { mptcp: "off" },
  { numeric: 0 },
  { "keep-alive": "yes" },
]

/** Hosts, ports and options of TCP and RDMA in channels. */
export const inetSets = [
  ...hosts.flatMap((host) => both(inet({ host }))),
  ...ports.flatMap((port) => both(inet({ port }))),
  ...familyHosts.flatMap((host) => families.flatMap((family) => both(inet({ host, ...family })))),
  ...options.flatMap((members) => both(inet(members))),
  ...["localhost", "", "0", "::1", "127.1", "[::1]"].flatMap((host) => both(rdma({ host }))),
  ...["http", "0", "65536", " 4446", "", "x"].flatMap((port) => both(rdma({ port }))),
  ...[
    { to: 4450 },
    { ipv4: true },
    { mptcp: false },
    { numeric: true },
    { "keep-alive": true },
    { "keep-alive": true, numeric: true },
    { ipv6: false },
  ].flatMap((members) => only("migrate", rdma(members))),
]
