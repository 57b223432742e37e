import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import {
  type Checked,
  type Command,
  migrateCodec,
  migrateIncomingCodec,
  migrationChannelCodec,
  type Policy,
  parseArguments,
  parseMigrateUri,
  type QemuVersion,
  qemuVersions,
  releaseOf,
} from "../../src/qemu/index.js"

/**
 * What each version of QEMU takes, and what only we refuse in it. The verdicts are those of real QEMUs 7.2.22, 10.0 and
 * 11.1.3, or of the sources where they were not asked.
 */

const said = (checked: Checked<unknown>): string =>
  E.isRight(checked) ? "accept" : checked.left.map(({ rule, path }) => `${rule} ${path}`.trim()).join(", ")

/** Verdicts by the versions from which on they hold: `7.2: accept | 11.0: qemu/other-version detach`. */
const verdictsOf = (command: Command, input: unknown, policy: Policy | undefined, draft: boolean): string => {
  const text = typeof input === "string" ? input : JSON.stringify(input)
  const options = { command, draft, ...(policy === undefined ? {} : { policy }) }
  const all = qemuVersions.map((version) => ({ version, verdict: said(parseArguments(text, { ...options, version })) }))
  return all
    .filter(({ verdict }, index) => verdict !== all[index - 1]?.verdict)
    .map(({ version, verdict }) => `${version}: ${verdict}`)
    .join(" | ")
}

const uri = "tcp:10.0.0.9:49152"
const addr = { transport: "socket", type: "unix", path: "/run/vm.sock" }
const main = { "channel-type": "main", addr }
const cpr = { "channel-type": "cpr", addr }
const data = { "channel-type": "data", addr, "multifd-count": 4 }
const postCopy = { "channel-type": "post-copy", addr }
const inet = (more: object) => ({
  channels: [
    { "channel-type": "main", addr: { transport: "socket", type: "inet", host: "127.0.0.1", port: "4446", ...more } },
  ],
})
const timed = { "keep-alive": true, "keep-alive-idle": 30, "keep-alive-interval": 10, "keep-alive-count": 3 }
const kata = "cat /run/vc/vm/template/state"
const proxmox = {
  protocol: "spice",
  hostname: "pvespiceproxy:64198b7e:100:node::3dbc5d3d9ad7a3ed4ff52b4a42b0a0b4a2b0f9c1",
  port: 0,
  "tls-port": 61001,
  "cert-subject": "OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=node.example",
}
const wrapped = (more: object = {}) => ({ addr: { type: "inet", data: { host: "10.0.0.1", port: "7000", ...more } } })
const shell = (command: string): Policy => ({ exec: { commands: [["/bin/sh", "-c", command]] } })
const cprFd = "cpr,addr.transport=socket,addr.type=fd,addr.str=5"

/** Some capabilities, each turned on unless its name is followed by `off`. */
const set = (...texts: readonly string[]) => ({
  capabilities: texts.map((text) => ({ capability: text.replace(" off", ""), state: !text.endsWith(" off") })),
})

type Row = readonly [command: Command, input: unknown, expected: string, policy?: Policy, draft?: boolean]

const noChannels = "7.2: qemu/other-version channels | 8.2: "

/** Members and kinds that only some versions have. */
const members: readonly Row[] = [
  ["migrate", { uri }, "7.2: accept"],
  ["migrate-incoming", { uri }, "7.2: accept"],
  ["migrate", { uri, detach: true }, "7.2: accept | 11.0: qemu/other-version detach"],
  ["migrate", { uri, resume: true }, "7.2: accept"],
  ["migrate-incoming", { uri, resume: true }, "7.2: shape/unknown-member resume"],
  ["migrate", { uri, blk: true }, "7.2: accept | 9.1: qemu/other-version blk"],
  ["migrate", { uri, inc: true }, "7.2: accept | 9.1: qemu/other-version inc"],
  ["migrate", { channels: [main] }, `${noChannels}accept`],
  ["migrate-incoming", { channels: [main] }, `${noChannels}accept`],
  ["migrate", { uri, channels: [main] }, `${noChannels}qemu/uri-or-channels`],
  ["migrate", {}, "7.2: qemu/uri-or-channels"],
  ["migrate-incoming", { uri, "exit-on-error": true }, "7.2: qemu/other-version exit-on-error | 9.1: accept"],
  ["migrate", { uri, "exit-on-error": true }, "7.2: shape/unknown-member exit-on-error"],
  ["migrate-incoming", { uri, blk: true }, "7.2: shape/unknown-member blk"],
  ["migrate", { channels: [main, cpr] }, `${noChannels}qemu/cpr-version channels[1].channel-type | 10.0: accept`],
  ["migrate", { uri: "file:/vm" }, "7.2: qemu/uri-scheme uri | 8.2: accept"],
  ["migrate-incoming", { uri: "file:/vm" }, "7.2: qemu/uri-scheme uri | 8.2: accept"],
  ["migrate", { channels: [main, data] }, `${noChannels}qemu/draft-channel channels[1].channel-type`],
  [
    "migrate",
    { channels: [{ "channel-type": "data", addr }] },
    `${noChannels}qemu/draft-channel channels[0].channel-type`,
  ],
  [
    "migrate",
    { channels: [main, { ...data, addr: null }] },
    `${noChannels}qemu/draft-channel channels[1].channel-type`,
  ],
  ["migrate", { channels: [main, data] }, `${noChannels}accept`, {}, true],
  ["migrate", { channels: [main, postCopy] }, `${noChannels}accept`, {}, true],
  ["migrate-incoming", { channels: [main, data] }, `${noChannels}accept`, {}, true],
  ["migrate", { channels: [main, data, data] }, `${noChannels}accept`, {}, true],
  [
    "migrate",
    { channels: [main, cpr] },
    `${noChannels}qemu/cpr-version channels[1].channel-type | 10.0: accept`,
    {},
    true,
  ],
  [
    "migrate-incoming",
    { channels: [cpr] },
    `${noChannels}qemu/cpr-version channels[0].channel-type, qemu/main-channel channels | 10.0: qemu/main-channel channels`,
  ],
  [
    "migrate",
    { channels: [cpr] },
    `${noChannels}qemu/cpr-version channels[0].channel-type, qemu/main-channel channels | 10.0: qemu/main-channel channels`,
  ],
  [
    "migrate",
    inet(timed),
    `${noChannels}qemu/other-version channels[0].addr.keep-alive-idle, qemu/other-version channels[0].addr.keep-alive-interval, qemu/other-version channels[0].addr.keep-alive-count | 10.1: accept`,
  ],
  [
    "migrate-incoming",
    inet({ "keep-alive": true }),
    `${noChannels}qemu/connect-only channels[0].addr.keep-alive | 10.1: accept`,
  ],
  ["migrate", inet({ host: "fe80::1%25" }), `${noChannels}accept`],
]

/** The URIs of which QEMU 10.1 changed the grammar, and what is alike in all. */
const uris: readonly Row[] = [
  ["migrate", { uri: "tcp:127.0.0.1:4446,addr=127.0.0.1:5555" }, "7.2: qemu/uri-second-address uri.addr"],
  ["migrate-incoming", { uri: "tcp:127.0.0.1:4446,addr=127.0.0.9:4447" }, "7.2: qemu/uri-second-address uri.addr"],
  [
    "migrate",
    { uri: "tcp:127.0.0.1,addr=192.0.2.1:49152" },
    "7.2: qemu/host uri.host | 10.1: qemu/uri-second-address uri.addr",
  ],
  ["migrate", { uri: "tcp:127.0.0.1:1,foo,addr=192.0.2.1:49152" }, "7.2: qemu/uri-second-address uri.addr"],
  ["migrate", { uri: "tcp:addr=127.0.0.1:4446" }, "7.2: qemu/uri-second-address uri"],
  [
    "migrate-incoming",
    { uri: "tcp:to=5000,addr=127.0.0.1:4446" },
    "7.2: qemu/host uri.host | 10.1: qemu/uri-option uri",
  ],
  ["migrate", { uri: "tcp:[::1]:1,addr=127.0.0.1:2" }, "7.2: qemu/uri-second-address uri.addr"],
  ["migrate", { uri: "tcp:a:1,foo" }, "7.2: qemu/uri-option uri"],
  ["migrate", { uri: "tcp:a:1,foo=1" }, "7.2: qemu/uri-option uri"],
  ["migrate", { uri: "tcp:a:1, ipv4=on" }, "7.2: qemu/uri-option uri"],
  ["migrate", { uri: "tcp:a:1,IPV4=on" }, "7.2: qemu/uri-option uri"],
  ["migrate", { uri: "tcp:a:1,=x" }, "7.2: qemu/uri-option uri"],
  ["migrate", { uri: "tcp:a:1," }, "7.2: qemu/uri-option uri"],
  ["migrate", { uri: "rdma:h:1,foo=1" }, "7.2: qemu/uri-option uri"],
  ["migrate", { uri: "rdma:" }, "7.2: qemu/uri-syntax uri"],
  ["migrate", { uri: "rdma:x" }, "7.2: qemu/uri-syntax uri"],
  ["migrate", { uri: "x-rdma:h:1" }, "7.2: qemu/uri-scheme uri"],
  ...["yes", "true", "y", "no", "false", "n"].map(
    (value): Row => ["migrate", { uri: `tcp:a:1,ipv4=${value}` }, "7.2: qemu/uri-option-value uri.ipv4 | 10.1: accept"],
  ),
  ["migrate", { uri: "tcp:a:1,ipv4" }, "7.2: accept"],
  ["migrate", { uri: "tcp:a:1,noipv6" }, "7.2: qemu/uri-option uri | 10.1: accept"],
  ["migrate", { uri: "tcp:a:1,ipv4=" }, "7.2: qemu/uri-option-value uri.ipv4"],
  ["migrate", { uri: "tcp:a:1,ipv4=on,ipv4=off" }, "7.2: qemu/uri-option-twice uri.ipv4"],
  ["migrate-incoming", { uri: "tcp:a:1,to=0x1160" }, "7.2: qemu/uri-option-value uri.to"],
  ["migrate-incoming", { uri: "tcp:a:1,to=-1" }, "7.2: qemu/uri-option-value uri.to"],
  ["migrate-incoming", { uri: "tcp:a:1,to=65537" }, "7.2: qemu/uint16 uri.to"],
  ["migrate-incoming", { uri: "tcp:a:1,to=4450x" }, "7.2: qemu/uri-option-value uri.to"],
  ["migrate-incoming", { uri: "tcp:a:1,to" }, "7.2: qemu/uri-option-value uri.to"],
  ["migrate-incoming", { uri: "tcp:a:4446,to=4450" }, "7.2: accept"],
  [
    "migrate-incoming",
    { uri: "tcp:127.0.0.1:4446,numeric=on" },
    "7.2: qemu/uri-option-version uri.numeric | 10.1: accept",
  ],
  [
    "migrate-incoming",
    { uri: "tcp:127.0.0.1:4446,keep-alive=on" },
    "7.2: qemu/connect-only uri.keep-alive | 10.1: accept",
  ],
  [
    "migrate",
    { uri: "tcp:a:1,keep-alive=on,keep-alive-count=3" },
    "7.2: qemu/uri-option-version uri.keep-alive-count | 10.1: accept",
  ],
  [
    "migrate",
    { uri: "tcp:a:1,keep-alive,keep-alive-count=128" },
    "7.2: qemu/uri-option-version uri.keep-alive-count | 10.1: qemu/keep-alive-count uri.keep-alive-count",
  ],
  [
    "migrate",
    { uri: "tcp:a:1,keep-alive-idle=30" },
    "7.2: qemu/uri-option-version uri.keep-alive-idle | 10.1: qemu/keep-alive-off uri.keep-alive-idle",
  ],
  ["migrate", { uri: "tcp:a,,b:1" }, "7.2: qemu/host uri.host"],
  ["migrate", { uri: "tcp:a:1,,ipv4" }, "7.2: qemu/uri-option uri | 10.1: qemu/port uri.port"],
  ["migrate", { uri: `tcp:${"a".repeat(60)}.bcdef:1` }, "7.2: qemu/uri-host-length uri.host | 10.1: accept"],
  ["migrate", { uri: "tcp:a:1,id=x" }, "7.2: qemu/uri-option-id uri.id"],
  ["migrate", { uri: "tcp:a=b:4446" }, "7.2: qemu/host uri.host | 10.1: qemu/uri-option uri"],
  ["migrate", { uri: "tcp:[::1]x]:4446" }, "7.2: qemu/uri-brackets uri.host"],
  ["migrate", { uri: "tcp:[fe80::1%25eth0]:4444" }, "7.2: qemu/zone-escaped uri.host"],
  ["migrate-incoming", { uri: "tcp:[fe80::1]:4446" }, "7.2: qemu/link-local-zone uri.host"],
  ["migrate", { uri: "tcp:[fe80::1%eth0]:4444" }, "7.2: accept"],
  ["migrate", { uri: "tcp:[ff02::1]:4446" }, "7.2: qemu/host-multicast uri.host"],
  ["migrate-incoming", { uri: "tcp:[FF0E::9]:4446" }, "7.2: qemu/host-multicast uri.host"],
  ["migrate", { uri: "tcp:[ff2::1]:4446" }, "7.2: accept"],
  ["migrate-incoming", { uri: "tcp:*:4446" }, "7.2: qemu/host-any uri.host"],
  ["migrate", { uri: "unix:/tmp/mig.sock,server=on,wait=off" }, "7.2: accept"],
  ["migrate", { uri: "unix:@vm" }, "7.2: qemu/path-at uri.path"],
  ["migrate-incoming", { uri: "tcp:[::]:49152" }, "7.2: accept"],
  ["migrate-incoming", { uri: "tcp:0.0.0.0:49152" }, "7.2: accept"],
  ["migrate", { uri: "tcp:[fd00::9]:60000" }, "7.2: accept"],
  ["migrate", { uri: "unix:/run/qemu-server/100.migrate" }, "7.2: accept"],
]

/** Descriptors, programs and what only a policy allows. */
const allowed: readonly Row[] = [
  ["migrate", { uri: "fd:migrate" }, "7.2: accept"],
  ["migrate", { uri: "fd:21" }, "7.2: qemu/fd-name uri.str", { fd: { numbers: [21] } }],
  ["migrate-incoming", { uri: "fd:21" }, "7.2: policy/fd.numbers uri.str"],
  ["migrate-incoming", { uri: "fd:21" }, "7.2: accept", { fd: { numbers: [21] } }],
  ["migrate-incoming", { uri: "fd:21" }, "7.2: accept", { fd: { numbers: ["16-31"] } }],
  ["migrate-incoming", { uri: "fd:32" }, "7.2: policy/fd.numbers uri.str", { fd: { numbers: ["16-31"] } }],
  ["migrate-incoming", { uri: "fd:2" }, "7.2: qemu/fd-standard uri.str", { fd: { numbers: ["3-31"] } }],
  [
    "migrate-incoming",
    { channels: [{ "channel-type": "main", addr: { transport: "socket", type: "fd", str: "21" } }] },
    `${noChannels}policy/fd.numbers channels[0].addr.str`,
  ],
  [
    "migrate-incoming",
    { channels: [{ "channel-type": "main", addr: { transport: "socket", type: "fd", str: "21" } }] },
    `${noChannels}accept`,
    { fd: { numbers: ["16-31"] } },
  ],
  [
    "migrate",
    { channels: [{ "channel-type": "main", addr: { transport: "socket", type: "fd", str: "migration" } }] },
    `${noChannels}accept`,
  ],
  ["migrate-incoming", { uri: `exec:${kata}` }, "7.2: policy/exec uri.transport"],
  [
    "migrate-incoming",
    { uri: `exec:${kata}` },
    "7.2: policy/exec.programs uri.args, policy/exec.shell uri.args",
    { exec: { programs: ["/usr/bin/cat", "/bin/cat"] } },
  ],
  ["migrate-incoming", { uri: `exec:${kata}` }, "7.2: accept", shell(kata)],
  [
    "migrate-incoming",
    { uri: `exec:${kata}; id` },
    "7.2: policy/exec.programs uri.args, policy/exec.shell uri.args",
    shell(kata),
  ],
]

/** Whole QMP commands, as logs have them. */
const whole: readonly Row[] = [
  [
    "migrate",
    { execute: "migrate", arguments: { detach: true, resume: false, uri: "fd:migrate" }, id: "libvirt-42" },
    "7.2: accept | 11.0: qemu/other-version arguments.detach",
  ],
  ["migrate", { "exec-oob": "migrate", arguments: { uri } }, "7.2: qmp/out-of-band exec-oob"],
  ["migrate-recover", { "exec-oob": "migrate-recover", arguments: { uri } }, "7.2: accept"],
  ["migrate", { execute: "Migrate", arguments: { uri } }, "7.2: qmp/command-name execute"],
  ["migrate", { execute: "migrate-incoming", arguments: { uri } }, "7.2: qmp/other-command execute"],
  ["migrate", { execute: "migrate" }, "7.2: qemu/uri-or-channels arguments"],
  ["migrate", { execute: "migrate", arguments: [] }, "7.2: qmp/command arguments"],
  ["add-fd", { execute: "add-fd" }, "7.2: accept"],
  ["add-fd", { execute: "add-fd", arguments: null }, "7.2: qmp/command arguments"],
  ["migrate", { execute: 5 }, "7.2: qmp/command execute"],
  ["migrate", { execute: "migrate", "exec-oob": "migrate" }, "7.2: qmp/command"],
  ["migrate", { execute: "migrate", arguments: { uri }, detach: true }, "7.2: qmp/command detach"],
]

/** The other commands, and the option. */
const others: readonly Row[] = [
  ["migrate-recover", { uri: "tcp:[::]:49152" }, "7.2: accept"],
  ["migrate-recover", { uri: "tcp:[::]:49152,to=x" }, "7.2: qemu/uri-option-value uri.to"],
  ["migrate-recover", {}, "7.2: shape/missing-member uri"],
  ["incoming", "defer", "7.2: accept"],
  ["incoming", "tcp:0:4446", "7.2: accept"],
  ["incoming", "fd:21", "7.2: policy/fd.numbers str"],
  ["incoming", "fd:21", "7.2: accept", { fd: { numbers: [21] } }],
  ["incoming", "fd:migration", "7.2: qemu/fd-unnamed str"],
  [
    "incoming",
    "main,addr.transport=socket,addr.type=inet,addr.host=::,addr.port=49152,addr.keep-alive=on",
    "7.2: qemu/incoming-version | 10.0: qemu/connect-only addr.keep-alive | 10.1: accept",
  ],
  [
    "incoming",
    "main,addr.transport=socket,addr.type=inet,addr.host=::,addr.port=1,addr.to=5",
    "7.2: qemu/incoming-version | 10.0: accept",
  ],
  [
    "incoming",
    "main,addr.transport=socket,addr.type=inet,addr.host=::,addr.port=1,addr.to=x",
    "7.2: qemu/incoming-version | 10.0: shape/type addr.to",
  ],
  [
    "incoming",
    "main,addr.transport=socket,addr.type=inet,addr.host=::,addr.port=1,addr.ipv4=maybe",
    "7.2: qemu/incoming-version | 10.0: shape/boolean addr.ipv4",
  ],
  [
    "incoming",
    "cpr,addr.transport=socket,addr.type=unix,addr.path=/run/a,,b",
    "7.2: qemu/incoming-version | 10.0: accept",
  ],
  ["incoming", cprFd, "7.2: qemu/incoming-version | 10.0: qemu/cpr-unix addr | 10.1: accept", { fd: { numbers: [5] } }],
  ...["", "help", " defer", "Defer", "4446", "tcp", "-incoming tcp", "data"].map(
    (option): Row => ["incoming", option, "7.2: qemu/incoming-syntax"],
  ),
  ["incoming", "main", "7.2: qemu/incoming-version | 10.0: shape/missing-member addr"],
  ["incoming", "data,addr.transport=file", "7.2: qemu/incoming-version | 10.0: qemu/draft-channel channel-type"],
  ["incoming", JSON.stringify(main), "7.2: qemu/incoming-version | 10.0: accept"],
  ["incoming", '{"channel-type":', "7.2: qemu/incoming-version | 10.0: qemu/incoming-syntax"],
  [
    "incoming",
    "main,addr.transport=file,addr.filename=/vm,addr.offset=9223372036854775807",
    "7.2: qemu/incoming-version | 10.0: accept",
  ],
  ...["0x10", "0X1f", "010", "+1", " 16", "0"].map(
    (offset): Row => [
      "incoming",
      `main,addr.transport=file,addr.filename=/vm,addr.offset=${offset}`,
      "7.2: qemu/incoming-version | 10.0: accept",
    ],
  ),
  ...[
    ["0x1fff", "accept"],
    ["017777", "accept"],
    ["0x1ffff", "qemu/uint16 addr.to"],
    ["0200000", "qemu/uint16 addr.to"],
  ].map(
    ([to, verdict]): Row => [
      "incoming",
      `main,addr.transport=socket,addr.type=inet,addr.host=::,addr.port=1,addr.to=${to}`,
      `7.2: qemu/incoming-version | 10.0: ${verdict}`,
    ],
  ),
  ...["4K", "08", "-1", "0x", "1e3", "16 ", "0x1ffffffffffffffff"].map(
    (offset): Row => [
      "incoming",
      `main,addr.transport=file,addr.filename=/vm,addr.offset=${offset}`,
      "7.2: qemu/incoming-version | 10.0: shape/type addr.offset",
    ],
  ),
  [
    "incoming",
    "main,addr.transport=exec,addr.args.0=/bin/cat,addr.args.1=/vm",
    "7.2: qemu/incoming-version | 10.0: accept",
    { exec: { commands: [["/bin/cat", "/vm"]] } },
  ],
  ...[
    "main,addr",
    "main,addr=1,addr.x=2",
    "main,addr.x=1,addr.x=2",
    "main,.x=1",
    "x.y,z",
    "main,addr.x.y=1,addr.x=2",
  ].map((option): Row => ["incoming", option, "7.2: qemu/incoming-version | 10.0: qemu/incoming-syntax"]),
  ["client_migrate_info", proxmox, "7.2: accept"],
  ["client_migrate_info", { protocol: "spice", hostname: "10.0.0.9", port: 5900 }, "7.2: accept"],
  ["client_migrate_info", { protocol: "spice", hostname: "fd00::9", port: 5900, "tls-port": 5901 }, "7.2: accept"],
  ["client_migrate_info", { protocol: "spice", hostname: "h", port: 70000 }, "7.2: qemu/spice-port port"],
  ["client_migrate_info", { protocol: "spice", hostname: "h", port: -5 }, "7.2: qemu/spice-port port"],
  ["client_migrate_info", { protocol: "spice", hostname: "198.51.100.2", port: 5900, "tls-port": -1 }, "7.2: accept"],
  ["client_migrate_info", { protocol: "spice", hostname: "h", port: -1, "tls-port": -1 }, "7.2: qemu/spice-no-port"],
  ["client_migrate_info", '{"protocol":"spice","hostname":"h","port":4294967297}', "7.2: qemu/spice-port port"],
  ["client_migrate_info", '{"protocol":"spice","hostname":"h","port":9007199254740993}', "7.2: qemu/spice-port port"],
  [
    "client_migrate_info",
    '{"protocol":"spice","hostname":"h","port":-9223372036854775808}',
    "7.2: qemu/spice-port port",
  ],
  ["client_migrate_info", { protocol: "spice", hostname: "fe80::1:2:3", port: 1 }, "7.2: qemu/spice-host hostname"],
  ["client_migrate_info", { protocol: "spice", hostname: "fd00:1:2::9", port: 1 }, "7.2: accept"],
  [
    "client_migrate_info",
    { protocol: "spice", hostname: "fd00:1:2::9", port: 1 },
    "7.2: policy/spice.hosts hostname",
    { spice: { hosts: ["10.0.0.0/8"] } },
  ],
  ["client_migrate_info", proxmox, "7.2: policy/spice.tickets hostname", { spice: { hosts: ["10.0.0.0/8"] } }],
  ["client_migrate_info", proxmox, "7.2: accept", { spice: { hosts: ["10.0.0.0/8"], tickets: true } }],
  ["client_migrate_info", proxmox, "7.2: policy/spice.tickets hostname", { spice: { tickets: false } }],
  ["client_migrate_info", { protocol: "spice", hostname: "", port: 1 }, "7.2: qemu/spice-host hostname"],
  ["client_migrate_info", { protocol: "spice", hostname: "a\nb", port: 1 }, "7.2: qemu/spice-host hostname"],
  [
    "client_migrate_info",
    { protocol: "spice", hostname: "a".repeat(20_000), port: 1 },
    "7.2: qemu/spice-host hostname",
  ],
  ["client_migrate_info", { protocol: "spice", hostname: "0.0.0.0", port: 1 }, "7.2: qemu/spice-host hostname"],
  ["client_migrate_info", { protocol: "spice", hostname: "h" }, "7.2: qemu/spice-no-port"],
  ["client_migrate_info", { ...proxmox, "cert-subject": "CN=a\nb" }, "7.2: qemu/cert-subject cert-subject"],
  ["client_migrate_info", { ...proxmox, "cert-subject": "/C=XX/CN=a" }, "7.2: qemu/cert-subject cert-subject"],
  ["client_migrate_info", { ...proxmox, "cert-subject": "O=a\\, b, CN=c" }, "7.2: accept"],
  ["nbd-server-start", wrapped(), "7.2: accept"],
  ["nbd-server-start", wrapped({ port: "70000" }), "7.2: qemu/port-range addr.data.port"],
  ["nbd-server-start", { ...wrapped(), "max-connections": 2, "tls-creds": "tls0" }, "7.2: accept"],
  [
    "nbd-server-start",
    { ...wrapped(), "handshake-max-seconds": 10 },
    "7.2: qemu/other-version handshake-max-seconds | 10.0: accept",
  ],
  [
    "nbd-server-start",
    { addr: { type: "unix", path: "/x" } },
    "7.2: qemu/nbd-flat addr.path, shape/missing-member addr.data",
  ],
  ["nbd-server-start", { addr: { type: "fd", data: { str: "7" } } }, "7.2: qemu/fd-name addr.data.str"],
  ["nbd-server-add", { device: "drive-scsi0", writable: true }, "7.2: accept"],
  // Without a name the device's is the id of the export (qmp_nbd_server_add of blockdev-nbd.c).
  ["nbd-server-add", { device: "#block142" }, "7.2: qemu/identifier device"],
  ["nbd-server-add", { device: "#block142", name: "drive0" }, "7.2: accept"],
  // Since QEMU 7.1 a bitmap may be that of another node.
  ...(
    [
      [["b0", { node: "libvirt-1-format", name: "b0" }], "accept"],
      [[{ node: "n" }], "shape/missing-member bitmaps[0].name"],
      [[{ node: "n", name: "b0", more: 1 }], "shape/unknown-member bitmaps[0].more"],
      [[{ node: "", name: "b0" }], "qemu/empty bitmaps[0].node"],
      [[""], "qemu/empty bitmaps[0]"],
      [[5], "shape/object bitmaps[0]"],
    ] as const
  ).map(
    ([bitmaps, said]): Row => [
      "block-export-add",
      { type: "nbd", id: "backup", "node-name": "libvirt-1-format", bitmaps },
      `7.2: ${said}`,
    ],
  ),
  // NBD has no export of several threads (nbd_export_create of nbd/server.c).
  ["block-export-add", { type: "nbd", id: "a", "node-name": "a", iothread: ["t0"] }, "7.2: shape/string iothread"],
  [
    "block-export-add",
    { type: "nbd", id: "drive0", "node-name": "drive0", writable: true, name: "drive0" },
    "7.2: accept",
  ],
  [
    "block-export-add",
    { type: "nbd", id: "a", "node-name": "a", "allow-inactive": true },
    "7.2: qemu/other-version allow-inactive | 10.0: accept",
  ],
  ["block-export-add", { type: "fuse", id: "a", "node-name": "a" }, "7.2: shape/name type"],
  ["getfd", { fdname: "migrate" }, "7.2: accept"],
  ["getfd", { fdname: "7a" }, "7.2: qemu/fd-name fdname"],
  ["getfd", { fdname: "migrate" }, "7.2: policy/fd.names fdname.str", { fd: { names: ["other"] } }],
  ["add-fd", {}, "7.2: accept"],
  ["add-fd", { "fdset-id": 1, opaque: "libvirt" }, "7.2: accept"],
  [
    "migrate-set-parameters",
    { mode: "cpr-exec", "cpr-exec-command": ["/usr/bin/mark"] },
    "7.2: qemu/other-version mode, qemu/other-version cpr-exec-command | 8.2: shape/name mode, qemu/other-version cpr-exec-command | 10.2: policy/exec cpr-exec-command[0]",
  ],
  [
    "migrate-set-parameters",
    { mode: "cpr-transfer" },
    "7.2: qemu/other-version mode | 8.2: shape/name mode | 10.0: accept",
  ],
  [
    "migrate-set-parameters",
    { "cpr-exec-command": ["mark"] },
    "7.2: qemu/other-version cpr-exec-command | 10.2: qemu/argv-absolute cpr-exec-command[0]",
  ],
  ["migrate-set-parameters", { "tls-creds": null, "tls-hostname": "a b", "tls-authz": "" }, "7.2: accept"],
  ["migrate-set-parameters", { "tls-creds": 5 }, "7.2: shape/type tls-creds"],
  ["migrate-set-parameters", { "multifd-channels": 8, "multifd-compression": "zstd" }, "7.2: accept"],
  ["migrate-set-parameters", { "multifd-compression": "qatzip" }, "7.2: shape/name multifd-compression | 10.0: accept"],
  ["migrate-set-parameters", { "max-bandwidth": 9007199254740991, "downtime-limit": 300 }, "7.2: accept"],
  ["migrate-set-parameters", { "downtime-limit": 2_000_001 }, "7.2: qemu/parameter-range downtime-limit"],
  [
    "migrate-set-parameters",
    { "x-rdma-chunk-size": 1048576 },
    "7.2: qemu/other-version x-rdma-chunk-size | 11.1: accept",
  ],
  [
    "migrate-set-parameters",
    { "x-rdma-chunk-size": 1048577 },
    "7.2: qemu/other-version x-rdma-chunk-size | 11.1: qemu/power-of-two x-rdma-chunk-size",
  ],
  ["migrate-set-capabilities", { capabilities: [{ capability: "multifd", state: true }] }, "7.2: accept"],
  [
    "migrate-set-capabilities",
    { capabilities: [{ capability: "zero-blocks", state: true }] },
    "7.2: accept | 11.0: shape/name capabilities[0].capability",
  ],
  [
    "migrate-set-capabilities",
    { capabilities: [{ capability: "mapped-ram", state: true }] },
    "7.2: shape/name capabilities[0].capability | 9.1: accept",
  ],
  [
    "migrate-set-parameters",
    { "cpu-throttle-initial": 20, "max-cpu-throttle": 19 },
    "7.2: qemu/parameter-range max-cpu-throttle",
  ],
  ["migrate-set-parameters", { "cpu-throttle-initial": 20, "max-cpu-throttle": 20 }, "7.2: accept"],
  ["migrate-set-parameters", { "max-cpu-throttle": 19 }, "7.2: accept"],
  ...(
    [
      [["multifd", "xbzrle"], "7.2: accept | 8.2: REFUSED"],
      [["multifd", "xbzrle off"], "7.2: accept"],
      [["multifd", "postcopy-ram"], "7.2: accept | 8.2: REFUSED | 10.1: accept"],
      [["multifd", "compress"], "7.2: REFUSED | 9.1: shape/name capabilities[1].capability"],
      [["postcopy-ram", "x-ignore-shared"], "7.2: REFUSED"],
      [["auto-converge", "background-snapshot"], "7.2: REFUSED"],
      [["multifd off", "zero-copy-send"], "7.2: REFUSED"],
      [["zero-copy-send"], "7.2: accept"],
      [["postcopy-ram off", "postcopy-preempt"], "7.2: REFUSED"],
      [["postcopy-preempt", "postcopy-ram"], "7.2: accept"],
      [["return-path off", "x-colo"], "7.2: accept | 11.1: REFUSED"],
    ] as const
  ).map(
    ([capabilities, expected]): Row => [
      "migrate-set-capabilities",
      set(...capabilities),
      expected.replaceAll("REFUSED", `qemu/capabilities-together capabilities[${capabilities.length - 1}].capability`),
    ],
  ),
  ["dump-guest-memory", { paging: false, protocol: "file:/var/tmp/vm.dump", format: "elf" }, "7.2: accept"],
  [
    "dump-guest-memory",
    { paging: false, protocol: "file:/x", format: "kdump-raw-lzo" },
    "7.2: shape/name format | 8.2: accept",
  ],
  ["dump-guest-memory", { paging: false, protocol: "fd:7" }, "7.2: qemu/fd-name protocol"],
  ["dump-guest-memory", { paging: false, protocol: "file:" }, "7.2: qemu/filename-empty protocol"],
  [
    "dump-guest-memory",
    { paging: false, protocol: "file:/x" },
    "7.2: policy/file.paths protocol.filename",
    { file: { paths: ["/srv"] } },
  ],
]

const tables = {
  members,
  URIs: uris,
  "what a policy allows": allowed,
  "whole commands": whole,
  "other commands": others,
}

describe.each(Object.entries(tables))("%s", (_, rows) => {
  test.each(rows.map((row) => ({ row, name: JSON.stringify(row.slice(0, 3)) })))("$name", ({ row }) => {
    const [command, input, expected, policy, draft = false] = row
    expect(verdictsOf(command, input, policy, draft)).toBe(expected)
  })
})

test.each(members.map((row) => ({ row, name: JSON.stringify(row.slice(0, 2)) })))(
  "a codec says of $name what parsing says",
  ({ row }) => {
    const [command, input, , policy = {}, draft = false] = row
    const codec = command === "migrate" ? migrateCodec : migrateIncomingCodec
    for (const version of qemuVersions)
      expect(said(codec({ version, draft, policy }).decode(input) as Checked<unknown>)).toBe(
        said(parseArguments(JSON.stringify(input), { command, version, draft, policy })),
      )
  },
)

const messageOf = (input: unknown, version: QemuVersion): string => {
  const checked = parseArguments(JSON.stringify(input), { version })
  return E.isLeft(checked) ? checked.left[0].message : ""
}

describe("what is allowed", () => {
  test("is no type of channel that only a draft has", () => {
    expect(messageOf({ channels: [{ "channel-type": "Main", addr }] }, "11.1")).toMatch(/Expected main or cpr\.$/)
  })

  test("is no scheme that a version lacks", () => {
    expect(messageOf({ uri: "FILE:/vm" }, "11.1")).toMatch(/Expected file:\.$/)
    expect(messageOf({ uri: "file:/vm" }, "7.2")).toMatch(/in lower case\.$/)
    expect(messageOf({ uri: "x-rdma:h:1" }, "7.2")).toMatch(/Expected rdma:\.$/)
  })
})

describe("a version", () => {
  test("is one of eight, in their order", () =>
    expect(qemuVersions).toEqual(["7.2", "8.2", "9.1", "10.0", "10.1", "10.2", "11.0", "11.1"]))

  test("is the newest where none is given, and not a draft", () => {
    expect(migrateCodec().is({ channels: [main, cpr] })).toBe(true)
    expect(migrateCodec().is({ uri, detach: true })).toBe(false)
    expect(migrateCodec().is({ channels: [main, data] })).toBe(false)
    expect(said(parseArguments(JSON.stringify(inet(timed))))).toBe("accept")
  })

  test.each([
    ["7.2", "7.2", true],
    ["7.2.22", "7.2", true],
    ["8.1", "7.2", false],
    ["9.0", "8.2", false],
    ["9.2", "9.1", false],
    ["10.0.13", "10.0", true],
    ["11.1.3", "11.1", true],
  ] as const)("of release %s is %s", (release, version, isExact) => {
    expect(releaseOf(release)).toEqual({ version, isExact })
  })

  test.each(["", "7.1", "6.2", "11.2", "12.0", "10", "10.0.", "v10.0", "10.0-rc1", "1e1.0", " 10.0", "10.0.1.2"])(
    "is no release: %j",
    (release) => expect(releaseOf(release)).toBeUndefined(),
  )

  test.each<[object, QemuVersion, string]>([
    [{ uri, blk: true }, "10.0", "before 9.1"],
    [{ uri, detach: true }, "11.0", "before 11.0"],
    [{ channels: [main] }, "7.2", "8.2 and later"],
    [{ uri: "tcp:a:1,keep-alive-count=1" }, "10.0", "10.1 and later"],
  ])("has, or has not, what %j needs in %s: %s", (input, version, expected) => {
    const checked = parseArguments(JSON.stringify(input), { version })
    expect(E.isLeft(checked) ? checked.left[0].expected : undefined).toBe(expected)
  })

  test("decides about a channel and a uri of their own", () => {
    expect(migrationChannelCodec({ version: "9.1" }).is(cpr)).toBe(false)
    expect(migrationChannelCodec({ version: "10.0" }).is(cpr)).toBe(true)
    expect(said(parseMigrateUri("file:/vm", { version: "7.2" }))).toBe("qemu/uri-scheme")
    expect(said(parseMigrateUri("file:/vm", { version: "8.2" }))).toBe("accept")
  })
})

test("a scheme that is misspelt is named as it was meant", () => {
  const expected = (text: string) => {
    const checked = parseMigrateUri(text)
    return E.isLeft(checked) ? checked.left[0].expected : "accept"
  }
  expect(["x-rdma:h:1", "TCP:h:1", "ssh:h:1"].map(expected)).toEqual(["rdma:", "tcp:", undefined])
})
