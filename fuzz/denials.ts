import type { MigrationAddress } from "../src/qemu/addresses.js"
import type { Policy } from "../src/qemu/policy.js"

/**
 * What a policy denies, found out in another way: from what its documentation says, list by list. Hosts that are IPv6
 * addresses are left out, as they are an arithmetic of their own.
 */

type Entry = string | number

const partsOf = (path: string): readonly string[] => path.split("/").filter((part) => part !== "" && part !== ".")

const isPlain = (path: string): boolean => path.startsWith("/") && !partsOf(path).includes("..")

const isBelow = (path: string, top: string): boolean =>
  isPlain(path) && isPlain(top) && partsOf(top).every((part, index) => partsOf(path)[index] === part)

const isSamePath = (one: string, other: string): boolean => isBelow(one, other) && isBelow(other, one)

const isNumber = (text: string): boolean => /^[0-9]+$/.test(text)

const holds = (entry: Entry, first: number, last: number): boolean => {
  const [from = "", to = from, ...more] = String(entry).split("-")
  return more.length === 0 && isNumber(from) && isNumber(to) && Number(from) <= first && last <= Number(to)
}

const isPortIn = (port: string, to: number | undefined, entries: readonly Entry[]): boolean =>
  isNumber(port)
    ? entries.some((entry) => holds(entry, Number(port), to ?? Number(port)))
    : to === undefined && entries.some((entry) => String(entry).toLowerCase() === port.toLowerCase())

const quad = /^\d+\.\d+\.\d+\.\d+$/

const bitsOf = (address: string): number => address.split(".").reduce((bits, byte) => bits * 256 + Number(byte), 0)

const isInNetwork = (address: string, entry: string): boolean => {
  const [network = "", length = "32"] = entry.split("/")
  const size = 2 ** (32 - Number(length))
  return quad.test(network) && Math.floor(bitsOf(address) / size) === Math.floor(bitsOf(network) / size)
}

const nameOf = (host: string): string => host.toLowerCase().replace(/\.$/, "")

/** Whether a host is in a list; undefined for one that is an address of IPv6. */
const isHostIn = (host: string, entries: readonly string[]): boolean | undefined => {
  if (host.includes(":") || host === "") return undefined
  const address = host === "0" ? "0.0.0.0" : host
  return quad.test(address)
    ? entries.some((entry) => isInNetwork(address, entry))
    : entries.some((entry) => nameOf(entry) === nameOf(host))
}

const shells: ReadonlySet<string> = new Set(["sh", "bash", "dash", "zsh", "busybox", "env"])

/** Whether a list allows a thing, for each list that a policy has a say with on an address. */
function* sayings(address: MigrationAddress, policy: Policy): Generator<readonly [line: string, boolean | undefined]> {
  switch (address.transport) {
    case "exec": {
      const [program = ""] = address.args
      const { programs = [], shell = false, commands = [] } = policy.exec ?? {}
      const isCommand = commands.some((command) => JSON.stringify(command) === JSON.stringify(address.args))
      if (policy.exec === undefined) return yield ["exec", false]
      yield ["exec.programs", isCommand || programs.some((entry) => isSamePath(program, entry))]
      if (shells.has(partsOf(program).at(-1) ?? "") && isPlain(program)) yield ["exec.shell", isCommand || shell]
      return
    }
    case "file":
      return yield ["file.paths", policy.file?.paths?.some((entry) => isBelow(address.filename, entry))]
    case "rdma":
      return yield* inetSayings("rdma", address, policy.rdma)
  }
  switch (address.type) {
    case "inet":
      return yield* inetSayings("inet", address, policy.inet)
    case "unix":
      return yield [
        "unix.paths",
        policy.unix?.paths?.some((entry) =>
          address.abstract === true ? `@${address.path}`.startsWith(entry) : isBelow(address.path, entry),
        ),
      ]
    case "vsock":
      yield ["vsock.cids", policy.vsock?.cids?.some((entry) => holds(entry, Number(address.cid), Number(address.cid)))]
      return yield [
        "vsock.ports",
        policy.vsock?.ports?.some((entry) => holds(entry, Number(address.port), Number(address.port))),
      ]
    case "fd":
      if (isNumber(address.str)) {
        const number = Number(address.str)
        return yield ["fd.numbers", (policy.fd?.numbers ?? []).some((entry) => holds(entry, number, number))]
      }
      return yield ["fd.names", policy.fd?.names?.some((entry) => entry === address.str)]
  }
}

function* inetSayings(
  table: "inet" | "rdma",
  { host, port, to }: { readonly host: string; readonly port: string; readonly to?: number },
  policy: Policy["inet"],
): Generator<readonly [line: string, boolean | undefined]> {
  yield [`${table}.hosts`, policy?.hosts === undefined ? undefined : isHostIn(host, policy.hosts)]
  const [, zone] = host.split("%")
  yield [`${table}.zones`, policy?.zones === undefined ? undefined : zone === undefined || policy.zones.includes(zone)]
  yield [`${table}.ports`, policy?.ports === undefined ? undefined : isPortIn(port, to, policy.ports)]
}

const kindOf = (address: MigrationAddress) => (address.transport === "socket" ? address.type : address.transport)

/** The rules of which it is known whether a policy denies an address by them. */
export const expectedDenials = (address: MigrationAddress, policy: Policy): ReadonlyMap<string, boolean> => {
  if (policy.transports?.includes(kindOf(address)) === false) return new Map([["policy/transports", true]])
  const known = [...sayings(address, policy)].flatMap(([line, isAllowed]) =>
    isAllowed === undefined ? [] : [[`policy/${line}`, !isAllowed] as const],
  )
  return new Map([["policy/transports", false], ...known])
}
