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
import { policyRules } from "./policy-rules.js"
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
  /** Interfaces that a link-local address may name. */
  readonly zones?: readonly string[]
}

/** Where SPICE's clients may be sent. */
export interface SpicePolicy extends InetPolicy {
  /**
   * Whether a ticket of a SPICE proxy may stand in the host's place, which says where to go by itself. Default true where
   * `hosts` is not given, false where it is.
   */
  readonly tickets?: boolean
}

/**
 * What a host's operator allows. A list that is not given allows all, but for programs and descriptors by number; one
 * that is empty allows nothing.
 *
 * @since 0.2.0
 */
export interface Policy {
  /** Kinds of address. Not given, all but exec. */
  readonly transports?: readonly Transport[]
  /** Programs that may be run; not given, none. */
  readonly exec?: {
    /** Absolute paths that argv[0] must be one of, unless the whole argv is one of `commands`. */
    readonly programs?: readonly string[]
    /** Whether argv[0] may be a shell or env, which run anything. Default false. */
    readonly shell?: boolean
    /** Whole argvs, each string as it is. `exec:COMMAND` is `["/bin/sh", "-c", "COMMAND"]`. */
    readonly commands?: readonly (readonly string[])[]
  }
  readonly inet?: InetPolicy
  readonly rdma?: InetPolicy
  /** Paths that a socket's must be, or be below. One that begins with @ is the beginning of an abstract socket's name. */
  readonly unix?: { readonly paths?: readonly string[] }
  /** Paths that a file's must be, or be below. */
  readonly file?: { readonly paths?: readonly string[] }
  readonly vsock?: { readonly cids?: readonly (number | string)[]; readonly ports?: readonly (number | string)[] }
  readonly fd?: {
    readonly names?: readonly string[]
    /** Descriptors by their number in QEMU's process, 3 and up: `21`, `"16-31"`. Not given, none. */
    readonly numbers?: readonly (number | string)[]
  }
  /** What client_migrate_info may send clients to. */
  readonly spice?: SpicePolicy
}

/**
 * The policy of those who have none: every kind of address but exec and descriptors by number.
 *
 * @since 0.2.0
 */
export const defaultPolicy: Policy = Object.freeze({})

const host = refined(t.string, (value) => (isNetwork(value) || isName(value) ? ok : issue(policyRules.host)))

const path = refined(t.string, (value) => (normalised(value) === undefined ? issue(policyRules.path) : ok))

const socketPath = refined(t.string, (value) =>
  value.startsWith("@") || normalised(value) !== undefined ? ok : issue(policyRules.socketPath),
)

/** A first and a last number. */
export type DescriptorRange = readonly [first: number, last: number]

/** The range that an entry stands for; undefined for one that is no range. */
export const rangeOf = (entry: number | string): DescriptorRange | undefined => {
  const [first = "", last = first, ...more] = String(entry).split("-")
  if (more.length > 0 || !isDecimal(first) || !isDecimal(last)) return undefined
  return Number(first) <= Number(last) ? [Number(first), Number(last)] : undefined
}

const entry = leaf(
  "number or range",
  (input): input is number | string => typeof input === "number" || typeof input === "string",
)

const liesIn = (entry: number | string, least: number, most: number): boolean => {
  const [first, last] = rangeOf(entry) ?? []
  return first !== undefined && last !== undefined && first >= least && last <= most
}

const range = refined(entry, (value) => (liesIn(value, 0, 0xffff_ffff) ? ok : issue(policyRules.range)))

const port = refined(entry, (value) =>
  liesIn(value, 0, 0xffff) || (typeof value === "string" && isService(value)) ? ok : issue(policyRules.range),
)

const descriptors = refined(entry, (value) => (liesIn(value, 3, 0x7fff_ffff) ? ok : issue(policyRules.descriptors)))

const inetLists = { hosts: t.readonlyArray(host), ports: t.readonlyArray(port), zones: t.readonlyArray(t.string) }

const inetPolicy = t.exact(t.partial(inetLists))

const policyType: t.Type<Policy, unknown> = t.exact(
  t.partial({
    transports: t.readonlyArray(
      t.keyof({ inet: null, unix: null, vsock: null, fd: null, exec: null, rdma: null, file: null }),
    ),
    exec: refined(
      t.exact(
        t.partial({
          programs: t.readonlyArray(path),
          shell: t.boolean,
          commands: t.readonlyArray(t.readonlyArray(t.string)),
        }),
      ),
      ({ programs, commands }) => (programs === undefined && commands === undefined ? issue(policyRules.exec) : ok),
    ),
    inet: inetPolicy,
    rdma: inetPolicy,
    unix: t.exact(t.partial({ paths: t.readonlyArray(socketPath) })),
    file: t.exact(t.partial({ paths: t.readonlyArray(path) })),
    vsock: t.exact(t.partial({ cids: t.readonlyArray(range), ports: t.readonlyArray(range) })),
    fd: t.exact(t.partial({ names: t.readonlyArray(t.string), numbers: t.readonlyArray(descriptors) })),
    spice: t.exact(t.partial({ ...inetLists, tickets: t.boolean })),
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
