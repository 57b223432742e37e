import fc from "fast-check"
import { jsonOf } from "./written.js"

type Keys = readonly (string | number)[]

/** The places of a value: all members and entries, at every depth. */
const placesOf = (value: unknown, keys: Keys = []): readonly Keys[] => {
  if (typeof value !== "object" || value === null) return []
  const names: Keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value)
  return names.flatMap((name) => [
    [...keys, name],
    ...placesOf((value as Record<string | number, unknown>)[name], [...keys, name]),
  ])
}

type Container = Record<string | number, unknown>

/** A change of the container that a member or entry is in. */
type Change = (container: Container, key: string | number) => void

const setTo =
  (value: unknown): Change =>
  (container, key) => {
    container[key] = value
  }

const changed =
  (change: (value: unknown) => unknown): Change =>
  (container, key) => {
    container[key] = change(container[key])
  }

const drop: Change = (container, key) => {
  if (Array.isArray(container)) container.splice(Number(key), 1)
  else delete container[key]
}

const rename =
  (change: (name: string) => string): Change =>
  (container, key) => {
    const value = container[key]
    drop(container, key)
    // Assigned, __proto__ would be no member.
    Object.defineProperty(container, change(String(key)), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }

/** The same entry again; of an object's member, a second one of a name that is spelt differently. */
const twice: Change = (container, key) => {
  if (Array.isArray(container)) container.push(container[Number(key)])
  else container[String(key).replace(/-/g, "_").toUpperCase()] = container[key]
}

const otherType = (value: unknown): unknown => {
  if (typeof value === "string") return /^[0-9]+$/.test(value) ? Number(value) : [value]
  if (typeof value === "boolean") return value ? "on" : 0
  if (typeof value === "number" || typeof value === "bigint") return String(value)
  return Array.isArray(value) ? (value[0] ?? {}) : [value]
}

const kinds = ["socket", "exec", "rdma", "file", "inet", "unix", "vsock", "fd", "main", "cpr", "data"]

const offByOne = (by: number) => (value: unknown) => {
  if (typeof value === "number") return value + by
  if (typeof value === "bigint") return value + BigInt(by)
  return typeof value === "string" && /^[0-9]+$/.test(value) ? String(BigInt(value) + BigInt(by)) : value
}

const oddly =
  (prefix: string, suffix = "") =>
  (value: unknown) =>
    typeof value === "string" ? `${prefix}${value}${suffix}` : value

const changes: readonly Change[] = [
  drop,
  twice,
  ...[null, true, 0, -1, 65536, "", "0", "a", "/", [], {}, 1.5, "4294967296"].map(setTo),
  ...kinds.map(setTo),
  changed(otherType),
  ...[1, -1, 65536, -65536].map((by) => changed(offByOne(by))),
  ...[oddly(" "), oddly("", " "), oddly("0"), oddly("+"), oddly("@"), oddly("[", "]"), oddly("", "\0")].map(changed),
  ...[oddly("", ","), oddly("", ",offset=1"), oddly("", ":1"), oddly("//"), oddly("", "\uffff")].map(changed),
  changed((value) => (typeof value === "string" ? value.toUpperCase() : value)),
  changed((value) => (typeof value === "string" ? value.repeat(20) : value)),
  changed((value) => (typeof value === "string" ? value.slice(1) : value)),
  changed((value) => (typeof value === "string" ? value.slice(0, -1) : value)),
  rename((name) => name.toUpperCase()),
  rename((name) => `${name}s`),
  rename((name) => name.replace(/-/g, "")),
  rename(() => "__proto__"),
]

/** Members that some object here has; put where they may not belong. */
const strays: readonly (readonly [string, unknown])[] = Object.entries({
  uri: "tcp:127.0.0.1:4446",
  channels: [],
  detach: true,
  resume: false,
  to: 4450,
  ipv4: true,
  ipv6: false,
  numeric: true,
  "keep-alive": true,
  tight: true,
  abstract: true,
  offset: 1,
  type: "inet",
  host: "127.0.0.1",
  x: null,
  mptcp: true,
  "exit-on-error": false,
  "multifd-count": 2,
})

const stray =
  ([name, value]: readonly [string, unknown]): Change =>
  (container) => {
    if (!Array.isArray(container)) container[name] = value
  }

const mutate = (value: unknown, keys: Keys, change: Change): unknown => {
  const copy = structuredClone(value)
  let container = copy as Container
  for (const key of keys.slice(0, -1)) container = container[key] as Container
  const last = keys.at(-1)
  if (last !== undefined) change(container, last)
  return copy
}

const anyChange = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...changes) },
  { weight: 1, arbitrary: fc.constantFrom(...strays.map(stray)) },
)

/** Texts of values that differ from a valid one in one place. */
export const mutationsOf = (valid: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  fc.tuple(valid, fc.nat(), anyChange).map(([value, place, change]) => {
    const places = placesOf(value)
    return jsonOf(mutate(value, places[place % places.length] ?? [], change))
  })
