import type { Command } from "../../src/qemu/commands.js"
import type { ArgumentSet } from "../outcome.js"
import { jsonOf } from "./written.js"

/** The other commands that take addresses of a migration, or decide what one does. */

const setsOf = (command: Command, values: readonly unknown[]): readonly ArgumentSet[] =>
  values.map((value) => ({ command, arguments: jsonOf(value) }))

const textsOf = (command: Command, texts: readonly string[]): readonly ArgumentSet[] =>
  texts.map((text) => ({ command, arguments: text }))

const recover = setsOf("migrate-recover", [
  { uri: "tcp:127.0.0.1:4446" },
  { uri: "unix:/run/x.sock" },
  { uri: "fd:21" },
  { uri: "nothing" },
  { uri: "" },
  { uri: 1 },
  { uri: null },
  {},
  { channels: [] },
  { uri: "tcp:127.0.0.1:4446", resume: true },
])

const inetJson = '{"channel-type":"main","addr":{"transport":"socket","type":"inet","host":"127.0.0.1","port":"4446"}}'

const incoming = textsOf("incoming", [
  ...["defer", "tcp:127.0.0.1:4446", "tcp:127.0.0.1:0", "unix:/run/x.sock", "exec:cat /x", "fd:migration", "fd:21"],
  ...["", "tcp", "defer:", "Defer", "TCP:127.0.0.1:4446", "tcp:127.0.0.1", "tcp:127.0.0.1:4446,foo=1", "ftp:x:1"],
  ...["tcp:127.0.0.1:4446,addr=127.0.0.9:4447", "rdma:x", "rdma:h:1,foo=1", "file:/var/tmp/vm.state", "file:"],
  ...["main,addr.transport=socket,addr.type=inet,addr.host=127.0.0.1,addr.port=4446"],
  ...["main,addr.transport=socket,addr.type=inet,addr.host=127.0.0.1,addr.port=4446,addr.to=4450"],
  ...["main,addr.transport=socket,addr.type=inet,addr.host=127.0.0.1,addr.port=4446,addr.ipv4=on"],
  ...["main,addr.transport=socket,addr.type=inet,addr.host=127.0.0.1,addr.port=4446,addr.ipv4=yes"],
  ...["main,addr.transport=socket,addr.type=inet,addr.host=127.0.0.1"],
  ...["main,addr.transport=socket,addr.type=unix,addr.path=/run/x.sock"],
  ...["main,addr.transport=socket,addr.type=unix,addr.path=/run/a,,b.sock"],
  ...["main,addr.transport=exec,addr.args.0=/bin/cat,addr.args.1=/x", "main,addr.transport=exec"],
  ...["main,addr.transport=file,addr.filename=/var/tmp/vm.state,addr.offset=0"],
  ...["main,addr.transport=file,addr.filename=/var/tmp/vm.state,addr.offset=1K"],
  ...["channel-type=main,addr.transport=socket,addr.type=unix,addr.path=/run/x.sock"],
  ...["addr.transport=socket,addr.type=unix,addr.path=/run/x.sock,channel-type=main"],
  ...["main", "main,addr=x", "data,addr.transport=socket,addr.type=unix,addr.path=/run/x.sock", "main,foo=1"],
  ...["main,addr.transport=socket,addr.type=unix,addr.path=/run/x.sock,foo=1", "main,addr.transport=x", "main,"],
  ...["cpr,addr.transport=socket,addr.type=inet,addr.host=127.0.0.1,addr.port=4446"],
  ...["cpr,addr.transport=exec,addr.args.0=/bin/true", "cpr,addr.transport=socket,addr.type=fd,addr.str=99"],
  ...["cpr,addr.transport=socket,addr.type=unix,addr.path=/run/cpr.sock"],
  ...[inetJson, ` ${inetJson}`, `[${inetJson}]`, inetJson.replace('"4446"', "4446"), "{}", "{", "{x"],
  ...[inetJson.replace('"main"', '"data"'), inetJson.replace('"host"', '"foo":1,"host"'), "{'uri':'x'}"],
])

const spice = { protocol: "spice", hostname: "127.0.0.1", port: 5901 }
const subject = "C=DE,O=Example,CN=node1.example"
const ticket = "pvespiceproxy:64198b7e:100:node1::3dbc12"

const clientMigrateInfo = setsOf("client_migrate_info", [
  spice,
  { ...spice, "tls-port": 5902, "cert-subject": subject },
  { protocol: "spice", hostname: ticket, port: 0, "tls-port": 61000, "cert-subject": subject },
  { protocol: "spice", hostname: "node1.example", "tls-port": 61000 },
  { protocol: "spice", hostname: "127.0.0.1" },
  { ...spice, port: 70000 },
  { ...spice, port: -5 },
  { ...spice, port: 0 },
  { ...spice, port: 4294967297n },
  { ...spice, port: 2n ** 63n },
  { ...spice, port: "5901" },
  { ...spice, port: 1.5 },
  { ...spice, "tls-port": 70000 },
  { ...spice, "tls-port": -1 },
  { ...spice, hostname: "" },
  { ...spice, hostname: "a\nb" },
  { ...spice, hostname: "a b" },
  { ...spice, hostname: "[::1]" },
  { ...spice, hostname: "::1" },
  { ...spice, hostname: "a".repeat(70_000) },
  { ...spice, "cert-subject": "" },
  { ...spice, "cert-subject": "no subject" },
  { ...spice, "cert-subject": null },
  { ...spice, protocol: "vnc" },
  { ...spice, protocol: "" },
  { ...spice, protocol: 1 },
  { ...spice, tls_port: 1 },
  { hostname: "127.0.0.1", port: 1 },
  { protocol: "spice", port: 1 },
  {},
])

const wrapped = (type: string, data: unknown) => ({ addr: { type, data } })
const nbdInet = wrapped("inet", { host: "127.0.0.1", port: "10809" })

const nbdServerStart = setsOf("nbd-server-start", [
  nbdInet,
  wrapped("unix", { path: "/run/nbd.sock" }),
  wrapped("unix", { path: "nbd", abstract: true }),
  wrapped("vsock", { cid: "3", port: "10809" }),
  wrapped("fd", { str: "nbd" }),
  wrapped("fd", { str: "21" }),
  wrapped("inet", { host: "127.0.0.1", port: "70000" }),
  wrapped("inet", { host: "127.0.0.1", port: 10809 }),
  wrapped("inet", { host: "::", port: "10809", ipv6: true }),
  wrapped("inet", { host: "127.0.0.1", port: "10809", to: 10820 }),
  wrapped("inet", { host: "127.0.0.1", port: "10809", "keep-alive": true }),
  wrapped("inet", { host: "127.0.0.1", port: "10809", "keep-alive": true, "keep-alive-count": 3 }),
  wrapped("inet", { host: "127.0.0.1", port: "10809", numeric: true }),
  wrapped("inet", { host: "127.0.0.1" }),
  wrapped("tcp", { host: "127.0.0.1", port: "10809" }),
  { addr: { type: "inet", host: "127.0.0.1", port: "10809" } },
  { addr: { type: "unix", path: "/run/nbd.sock" } },
  { addr: "unix:/run/nbd.sock" },
  { addr: { type: "unix", data: { path: "/run/nbd.sock" }, path: "/run/nbd.sock" } },
  {},
  { ...nbdInet, "max-connections": 4 },
  { ...nbdInet, "max-connections": 0 },
  { ...nbdInet, "max-connections": -1 },
  { ...nbdInet, "max-connections": 4294967296 },
  { ...nbdInet, "handshake-max-seconds": 10 },
  { ...nbdInet, "tls-creds": "tls0" },
  { ...nbdInet, "tls-authz": "authz0" },
  { ...nbdInet, "tls-creds": "" },
  { ...nbdInet, foo: 1 },
])

const nbdServerAdd = setsOf("nbd-server-add", [
  { device: "drive" },
  { device: "drive", writable: true },
  { device: "drive", name: "export" },
  { device: "drive", name: "" },
  { device: "drive", name: "1x" },
  { device: "drive", name: "a b" },
  { device: "drive", name: "a".repeat(4096) },
  { device: "drive", name: "a".repeat(4097) },
  { device: "drive", description: "d" },
  { device: "drive", description: "d".repeat(4097) },
  { device: "none" },
  { device: "" },
  { device: 1 },
  { device: "drive", bitmap: "b" },
  { device: "drive", writable: "on" },
  { device: "drive", foo: 1 },
  {},
])

const exported = { type: "nbd", id: "e0", "node-name": "drive" }

const blockExportAdd = setsOf("block-export-add", [
  exported,
  { ...exported, writable: true },
  { ...exported, name: "disk" },
  { ...exported, name: "a".repeat(4097) },
  { ...exported, id: "0e" },
  { ...exported, id: "" },
  { ...exported, "node-name": "none" },
  { ...exported, "allow-inactive": true },
  { ...exported, iothread: "none" },
  { ...exported, type: "NBD" },
  { ...exported, foo: 1 },
  { type: "nbd", id: "e0" },
  { type: "fuse", id: "e0", "node-name": "drive", mountpoint: "/tmp" },
  {},
])

const descriptors = [
  ...setsOf("getfd", [{ fdname: "migrate" }, { fdname: "1x" }, { fdname: "" }, { fdname: 1 }, {}, { foo: 1 }]),
  ...setsOf("add-fd", [
    {},
    { "fdset-id": 1 },
    { "fdset-id": -1 },
    { "fdset-id": "1" },
    { "fdset-id": 1, opaque: "rdonly:/path" },
    { opaque: 1 },
    { foo: 1 },
  ]),
]

const parameters = setsOf("migrate-set-parameters", [
  {},
  { "tls-creds": "tls0" },
  { "tls-creds": "" },
  { "tls-creds": null },
  { "tls-creds": "a b" },
  { "tls-hostname": "node1.example" },
  { "tls-hostname": "a b" },
  { "tls-authz": null },
  { "tls-authz": "authz0" },
  { "tls-creds": 1 },
  { "multifd-channels": 1 },
  { "multifd-channels": 0 },
  { "multifd-channels": 255 },
  { "multifd-channels": 256 },
  { "multifd-compression": "none" },
  { "multifd-compression": "zstd" },
  { "multifd-compression": "gzip" },
  { "multifd-zlib-level": 9 },
  { "multifd-zlib-level": 10 },
  { "multifd-zstd-level": 20 },
  { "multifd-zstd-level": 21 },
  { "max-bandwidth": 0 },
  { "max-bandwidth": 1n << 40n },
  { "max-bandwidth": 2n ** 63n },
  { "max-bandwidth": 2n ** 64n - 1n },
  { "max-bandwidth": -1 },
  { "max-bandwidth": "1M" },
  { "avail-switchover-bandwidth": 1000 },
  { "downtime-limit": 2_000_000 },
  { "downtime-limit": 2_000_001 },
  { "xbzrle-cache-size": 65536 },
  { "xbzrle-cache-size": 65537 },
  { "xbzrle-cache-size": 1 },
  { "throttle-trigger-threshold": 0 },
  { "throttle-trigger-threshold": 100 },
  { "throttle-trigger-threshold": 101 },
  { "cpu-throttle-initial": 0 },
  { "cpu-throttle-initial": 99 },
  { "cpu-throttle-initial": 100 },
  { "cpu-throttle-increment": 100 },
  { "max-cpu-throttle": 19 },
  { "max-cpu-throttle": 100 },
  { "announce-initial": 100_000 },
  { "announce-initial": 100_001 },
  { "announce-rounds": 1001 },
  { "announce-step": 10_001 },
  { "announce-step": 0 },
  { mode: "normal" },
  { mode: "cpr-reboot" },
  { mode: "cpr-transfer" },
  { mode: "cpr-exec" },
  { mode: "" },
  { "cpr-exec-command": ["/usr/bin/mark"] },
  { "cpr-exec-command": [] },
  { "cpr-exec-command": ["mark"] },
  { "cpr-exec-command": "/usr/bin/mark" },
  { "cpr-exec-command": [1] },
  { mode: "cpr-exec", "cpr-exec-command": ["/usr/bin/qemu-system-x86_64", "-incoming", "file:/tmp/vm.state"] },
  { "zero-page-detection": "multifd" },
  { "direct-io": true },
  { "vcpu-dirty-limit": 1 },
  { "vcpu-dirty-limit": 0 },
  { "x-vcpu-dirty-limit-period": 1000 },
  { "x-vcpu-dirty-limit-period": 1001 },
  { "x-rdma-chunk-size": 1_048_576 },
  { "x-rdma-chunk-size": 1_048_577 },
  { "x-checkpoint-delay": 100 },
  { "block-incremental": true },
  { "compress-level": 1 },
  { "compress-level": 10 },
  { "block-bitmap-mapping": [] },
  { "block-bitmap-mapping": [{ "node-name": "drive", alias: "a", bitmaps: [] }] },
  { "block-bitmap-mapping": [{ "node-name": "drive", alias: "a".repeat(256), bitmaps: [] }] },
  { "block-bitmap-mapping": [{ "node-name": "drive", alias: "a b", bitmaps: [{ name: "b", alias: "c" }] }] },
  { "block-bitmap-mapping": [{ "node-name": "drive" }] },
  { "block-bitmap-mapping": [{ "node-name": "1 drive", alias: "a", bitmaps: [] }] },
  { "block-bitmap-mapping": [{ "node-name": "a".repeat(32), alias: "a", bitmaps: [] }] },
  { "block-bitmap-mapping": [{ "node-name": "", alias: "a", bitmaps: [] }] },
  {
    "block-bitmap-mapping": [
      { "node-name": "drive", alias: "a", bitmaps: [] },
      { "node-name": "other", alias: "a", bitmaps: [] },
    ],
  },
  {
    "block-bitmap-mapping": [
      { "node-name": "drive", alias: "a", bitmaps: [] },
      { "node-name": "drive", alias: "b", bitmaps: [] },
    ],
  },
  { foo: 1 },
])

const set = (...names: readonly (readonly [string, unknown])[]) => ({
  capabilities: names.map(([capability, state]) => ({ capability, state })),
})

const capabilities = setsOf("migrate-set-capabilities", [
  { capabilities: [] },
  ...["xbzrle", "rdma-pin-all", "auto-converge", "zero-blocks", "events", "postcopy-ram", "x-colo", "release-ram"].map(
    (name) => set([name, true]),
  ),
  ...[
    "return-path",
    "pause-before-switchover",
    "multifd",
    "dirty-bitmaps",
    "postcopy-blocktime",
    "late-block-activate",
  ].map((name) => set([name, true])),
  ...["x-ignore-shared", "validate-uuid", "background-snapshot", "zero-copy-send", "postcopy-preempt"].map((name) =>
    set([name, true]),
  ),
  ...["switchover-ack", "dirty-limit", "mapped-ram", "compress", "block", "Events", ""].map((name) =>
    set([name, true]),
  ),
  set(["multifd", true], ["postcopy-ram", true]),
  set(["multifd", true], ["xbzrle", true]),
  set(["multifd", true], ["mapped-ram", true]),
  set(["mapped-ram", true], ["xbzrle", true]),
  set(["mapped-ram", true], ["postcopy-ram", true]),
  set(["postcopy-ram", true], ["postcopy-preempt", true]),
  set(["background-snapshot", true], ["postcopy-ram", true]),
  set(["multifd", true], ["zero-copy-send", true]),
  set(["return-path", true], ["switchover-ack", true]),
  set(["auto-converge", true], ["dirty-limit", true]),
  set(["multifd", true], ["multifd", false]),
  set(["multifd", 1]),
  set(["multifd", null]),
  { capabilities: [{ capability: "multifd" }] },
  { capabilities: { capability: "multifd", state: true } },
  {},
])

const dump = { paging: false, protocol: "file:/var/tmp/core" }

const dumpGuestMemory = setsOf("dump-guest-memory", [
  dump,
  { paging: false, protocol: "fd:core" },
  { paging: false, protocol: "fd:21" },
  { paging: false, protocol: "fd:" },
  { paging: false, protocol: "file:" },
  { paging: false, protocol: "file:relative" },
  { paging: false, protocol: "exec:cat" },
  { paging: false, protocol: "/var/tmp/core" },
  { paging: false, protocol: "FILE:/var/tmp/core" },
  { ...dump, detach: true },
  { ...dump, begin: 0 },
  { ...dump, length: 4096 },
  { ...dump, begin: 0, length: 4096 },
  { ...dump, begin: 0, length: 0 },
  { ...dump, begin: -1, length: 4096 },
  { ...dump, format: "elf" },
  { ...dump, format: "kdump-zlib" },
  { ...dump, format: "kdump-raw-zlib" },
  { ...dump, format: "kdump-zlib", begin: 0, length: 4096 },
  { ...dump, format: "kdump-zlib", paging: true },
  { ...dump, format: "x" },
  { ...dump, paging: "off" },
  { protocol: "file:/var/tmp/core" },
  {},
])

/** The sets of the other commands. */
export const neighbourSets: readonly ArgumentSet[] = [
  ...[...recover, ...incoming, ...clientMigrateInfo, ...nbdServerStart, ...nbdServerAdd, ...blockExportAdd],
  ...[...descriptors, ...parameters, ...capabilities, ...dumpGuestMemory],
]
