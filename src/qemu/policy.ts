import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { dataCodec } from "../data/codec.js"
import { leaf } from "../data/leaf.js"
import { issue, ok, refined } from "../data/refinement.js"
import { isDecimal } from "../net/decimal.js"
import { isName } from "../net/host.js"
import { isNetwork } from "../net/network.js"
import { normalised } from "../net/path.js"
import type { Codec } from "../violation/codec.js"
import type { Rule } from "../violation/violation.js"
import { isService } from "./port.js"

/**
 * A socket by its type, anything else by its transport: the kinds of address that a policy tells apart.
 *
 * @since 0.2.0
 */
export type Transport = "inet" | "unix" | "vsock" | "fd" | "exec" | "rdma" | "file"

/** What inet and rdma addresses may be. */
export interface InetPolicy {
  /** Addresses, networks in CIDR notation, and names. Names are compared letter for letter, whatever their case; they are not looked up. */
  readonly hosts?: readonly string[]
  /** Ports `49152`, ranges `"49152-49215"` and service names, which stand for themselves only. */
  readonly ports?: readonly (number | string)[]
}

/**
 * What a host's operator allows. A list that is not given allows all; one that is empty allows nothing.
 *
 * @since 0.2.0
 */
export interface Policy {
  /** Kinds of address. Not given, all but exec. */
  readonly transports?: readonly Transport[]
  /** Programs that may be run; not given, none. */
  readonly exec?: {
    /** Absolute paths that argv[0] must be one of. */
    readonly programs: readonly string[]
    /** Whether argv[0] may be a shell or env, which run anything. Default false. */
    readonly shell?: boolean
  }
  readonly inet?: InetPolicy
  readonly rdma?: InetPolicy
  /** Paths that a socket's must be, or be below. One that begins with @ is the beginning of an abstract socket's name. */
  readonly unix?: { readonly paths?: readonly string[] }
  /** Paths that a file's must be, or be below. */
  readonly file?: { readonly paths?: readonly string[] }
  readonly vsock?: { readonly cids?: readonly (number | string)[]; readonly ports?: readonly (number | string)[] }
  readonly fd?: { readonly names?: readonly string[] }
}

/**
 * The policy of those who have none: every kind of address but exec.
 *
 * @since 0.2.0
 */
export const defaultPolicy: Policy = Object.freeze({})

const consequence = "Not applied, it would allow what was meant to be denied."

const invalid = (id: string, requirement: string): Rule => ({
  id: `policy/${id}`,
  code: "wrong-type",
  requirement,
  consequence,
})

/** What is wrong with a policy itself. */
export const policyChecks = {
  host: invalid("host", "A host of a policy must be an address, a network like 10.0.0.0/8, or a name."),
  range: invalid(
    "range",
    "This must be a number, or a range like 49152-49215 whose end is not below its beginning; of ports up to 65535, of vsock up to 4294967295.",
  ),
  path: invalid("path", "A path of a policy must be absolute, without .. in it."),
  socketPath: invalid(
    "socket-path",
    "A socket's path of a policy must be absolute, without .. in it, or begin with @ for abstract ones.",
  ),
} as const

const host = refined(t.string, (value) => (isNetwork(value) || isName(value) ? ok : issue(policyChecks.host)))

const path = refined(t.string, (value) => (normalised(value) === undefined ? issue(policyChecks.path) : ok))

const socketPath = refined(t.string, (value) =>
  value.startsWith("@") || normalised(value) !== undefined ? ok : issue(policyChecks.socketPath),
)

/** A first and a last number. */
export type Range = readonly [first: number, last: number]

/** The range that an entry stands for; undefined for one that is no range. */
export const rangeOf = (entry: number | string): Range | undefined => {
  const [first = "", last = first, ...more] = String(entry).split("-")
  if (more.length > 0 || !isDecimal(first) || !isDecimal(last)) return undefined
  return Number(first) <= Number(last) ? [Number(first), Number(last)] : undefined
}

const entry = leaf(
  "number or range",
  (input): input is number | string => typeof input === "number" || typeof input === "string",
)

const endsBy = (entry: number | string, most: number): boolean => {
  const [, last] = rangeOf(entry) ?? []
  return last !== undefined && last <= most
}

const range = refined(entry, (value) => (endsBy(value, 0xffff_ffff) ? ok : issue(policyChecks.range)))

const port = refined(entry, (value) =>
  endsBy(value, 0xffff) || (typeof value === "string" && isService(value)) ? ok : issue(policyChecks.range),
)

const inetPolicy = t.exact(t.partial({ hosts: t.readonlyArray(host), ports: t.readonlyArray(port) }))

const policyType: t.Type<Policy, unknown> = t.exact(
  t.partial({
    transports: t.readonlyArray(
      t.keyof({ inet: null, unix: null, vsock: null, fd: null, exec: null, rdma: null, file: null }),
    ),
    exec: t.exact(t.intersection([t.type({ programs: t.readonlyArray(path) }), t.partial({ shell: t.boolean })])),
    inet: inetPolicy,
    rdma: inetPolicy,
    unix: t.exact(t.partial({ paths: t.readonlyArray(socketPath) })),
    file: t.exact(t.partial({ paths: t.readonlyArray(path) })),
    vsock: t.exact(t.partial({ cids: t.readonlyArray(range), ports: t.readonlyArray(range) })),
    fd: t.exact(t.partial({ names: t.readonlyArray(t.string) })),
  }),
)

/**
 * The io-ts type of a policy: plain data, as a TOML or JSON file says it. A member that is misspelt is a violation.
 *
 * @example
 * policyCodec.is({ transports: ["inet"], inet: { hosts: ["10.0.0.0/8"], ports: ["49152-49215"] } })
 * // true
 * @since 0.2.0
 */
export const policyCodec: Codec<Policy, Policy> = dataCodec("Policy", policyType)

const accepted = new WeakMap<Policy, Policy>()

/** A copy of a policy, made when it is first seen. One that is none would allow what it was meant to deny. */
export const acceptedPolicy = (policy: Policy): Policy => {
  const known = accepted.get(policy)
  if (known !== undefined) return known
  const decoded = policyCodec.decode(policy)
  if (E.isLeft(decoded)) throw new TypeError(`not a policy: ${decoded.left.map(({ message }) => message).join("; ")}`)
  accepted.set(policy, decoded.right)
  return decoded.right
}
