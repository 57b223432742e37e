import type { MigrationAddress } from "../src/qemu/addresses.js"
import { type Policy, policyCodec, type Transport } from "../src/qemu/policy.js"

/** Policies that have to do with an address: entries that are its parts, hold them, or come near to them. */

export const transports: readonly Transport[] = ["inet", "unix", "vsock", "fd", "exec", "rdma", "file"]

export const kindOf = (address: MigrationAddress): Transport =>
  address.transport === "socket" ? address.type : address.transport

type Entry = string | number

const hostsNear = (host: string): readonly Entry[] => [
  host,
  host.toUpperCase(),
  host.replace(/\.$/, ""),
  `${host}.`,
  `${host}/8`,
  `${host}/32`,
  `${host}/127`,
  ...["0.0.0.0/0", "::/0", "0.0.0.0", "::", "10.0.0.0/8", "a", "fe80::/10", "::ffff:0:0/96"],
]

const portsNear = (port: string): readonly Entry[] => {
  const number = Number(port)
  return [
    port,
    port.toUpperCase(),
    number,
    `${port}-${port}`,
    `${number - 1}-${number + 1}`,
    `1-${port}`,
    "0-65535",
    0,
    "http",
  ]
}

const numbersNear = (number: string): readonly Entry[] => [number, Number(number), `0-${number}`, "0-4294967295", 1]

const pathsNear = (path: string): readonly Entry[] => [
  path,
  `@${path}`,
  path.replace(/\/[^/]*$/, ""),
  `${path}/`,
  `/${path}`,
  `@${path.slice(0, 2)}`,
  path.slice(0, -1),
  ...["/", "@", "/a", "/bin/sh", "/usr/bin/../bin"],
]

/** The lists of a policy, by their tables and names, with entries that have to do with an address. */
const listsNear = (address: MigrationAddress): Readonly<Record<string, readonly Entry[]>> => {
  const inet = address.transport === "rdma" || (address.transport === "socket" && address.type === "inet")
  const [hosts, ports] = inet ? [hostsNear(address.host), portsNear(address.port)] : [hostsNear("a"), portsNear("1")]
  const unix = address.transport === "socket" && address.type === "unix" ? address.path : "/a"
  const vsock = address.transport === "socket" && address.type === "vsock" ? address : { cid: "1", port: "1" }
  return {
    transports,
    "inet.hosts": hosts,
    "inet.ports": ports,
    "rdma.hosts": hosts,
    "rdma.ports": ports,
    "unix.paths": pathsNear(unix),
    "file.paths": pathsNear(address.transport === "file" ? address.filename : "/a"),
    "vsock.cids": numbersNear(vsock.cid),
    "vsock.ports": numbersNear(vsock.port),
    "fd.names": [address.transport === "socket" && address.type === "fd" ? address.str : "a", "a", ""],
    "exec.programs": pathsNear(address.transport === "exec" ? (address.args[0] ?? "") : "/a"),
  }
}

type Lists = ReadonlyMap<string, readonly Entry[]>

/** A policy as its lists, and whether it allows shells. */
export interface Draft {
  readonly lists: Lists
  readonly shell: boolean | undefined
}

/** The policy that a draft says. */
export const policyOf = ({ lists, shell }: Draft): Policy => {
  const policy: Record<string, unknown> = {}
  for (const [line, entries] of lists) {
    const [table = "", name] = line.split(".")
    policy[table] = name === undefined ? entries : { ...Object(policy[table]), [name]: entries }
  }
  const { exec } = policy
  return { ...policy, ...(exec === undefined || shell === undefined ? {} : { exec: { ...Object(exec), shell } }) }
}

const isEntry = (line: string, entry: Entry | undefined): entry is Entry =>
  entry !== undefined && policyCodec.is(policyOf({ lists: new Map([[line, [entry]]]), shell: undefined }))

type Pick = (count: number) => number

/** What each list of a policy may be asked to have, to do with an address. */
export const entriesNear = (address: MigrationAddress): Lists => new Map(Object.entries(listsNear(address)))

export const lines: readonly string[] = Object.keys(listsNear({ transport: "file", filename: "/a", offset: 0 }))

/** A policy that is chosen: of each list none, or some of the entries near to an address. */
export const draftOf = (near: Lists, pick: Pick): Draft => {
  const lists = new Map<string, readonly Entry[]>()
  for (const [line, entries] of near) {
    // The first choice of all is no list.
    const count = pick(4)
    const some = Array.from({ length: Math.max(0, count - 1) }, () => entries[pick(entries.length)])
    if (count > 0)
      lists.set(
        line,
        some.filter((entry) => isEntry(line, entry)),
      )
  }
  return { lists, shell: [undefined, true, false][pick(3)] }
}

/** A policy that allows at least what another one does, and how it was made. */
export interface Looser {
  readonly how: string
  readonly draft: Draft
}

const withList = ({ lists, shell }: Draft, line: string, entries: readonly Entry[]): Draft => ({
  lists: new Map([...lists, [line, entries]]),
  shell,
})

/** A policy that is looser than another one by an entry, by a list that is gone, or by allowing shells. */
export const looserThan = (draft: Draft, near: Lists, pick: Pick): Looser => {
  const lists = [...draft.lists]
  const [line, entries] = lists[pick(lists.length + 1)] ?? []
  if (line === undefined || entries === undefined) return { how: "with shells", draft: { ...draft, shell: true } }
  const more = near.get(line) ?? []
  const entry = more[pick(more.length + 2)]
  if (isEntry(line, entry))
    return { how: `with ${entry} in ${line}`, draft: withList(draft, line, [...entries, entry]) }
  // Without its programs exec allows nothing.
  if (line === "exec.programs" || pick(2) === 0)
    return { how: `with ${line} the other way round`, draft: withList(draft, line, [...entries].reverse()) }
  return { how: `without ${line}`, draft: { ...draft, lists: new Map(lists.filter(([name]) => name !== line)) } }
}
