import { markdownTable } from "../../src/report/markdown.js"
import { type Fate, isHarm, outcomeOf, outcomes, worseOf } from "../exposure/fate.js"
import { isGenuine, type Results, withoutRelay } from "../exposure/results.js"
import { type LinkedResult, type LinkedResults, principal } from "./results.js"

/** How often each outcome came, the worst first. */
const counts = (fates: readonly Fate[]): string =>
  [...outcomes]
    .reverse()
    .map((outcome) => ({ outcome, count: fates.filter((fate) => outcomeOf(fate) === outcome).length }))
    .flatMap(({ outcome, count }) => (count === 0 ? [] : [`${count} ${outcome}`]))
    .join(", ") || "-"

const row = (name: string, fates: readonly Tried[]): readonly string[] => [
  name,
  String(fates.length),
  counts(fates.map(({ unmodified }) => unmodified)),
  counts(fates.flatMap(({ relayed }) => relayed ?? [])),
  counts(fates.map(({ linked }) => linked)),
]

interface Tried {
  readonly name: string
  readonly unmodified: Fate
  readonly relayed: Fate | undefined
  readonly linked: Fate
}

/** What was tried against both servers. */
const triedIn = (known: Results["blobs"] | Results["orders"], linked: readonly LinkedResult[]): readonly Tried[] => {
  const byName = new Map(linked.map(({ name, fate }) => [name, fate]))
  return known.flatMap(({ name, fates }) => {
    const fate = byName.get(name)
    const unmodified = withoutRelay(fates).reduce<Fate | undefined>(
      (one, other) => (one === undefined ? other : worseOf(one, other)),
      undefined,
    )
    return fate === undefined || unmodified === undefined
      ? []
      : [{ name, unmodified, relayed: fates.relayed, linked: fate }]
  })
}

const named = (tried: readonly Tried[]): string =>
  tried.length === 0 ? "none" : tried.map(({ name, linked }) => `${name} (${linked})`).join(", ")

const isHostile = (blob: Results["blobs"][number]): boolean => !isGenuine(blob)

/** What other libraries did: another version of spice-server, or one that looks at some orders too. */
const otherRow = ({ blobs, orders }: Known, { library, ...linked }: LinkedResults): readonly string[] => [
  library,
  ...[blobs.filter(isHostile), blobs.filter(isGenuine)].map((some) =>
    counts(triedIn(some, linked.blobs).map((tried) => tried.linked)),
  ),
  counts(triedIn(orders, linked.orders).map((tried) => tried.linked)),
]

/** Of the orders that one library was tried with, how many harm it and the principal one. */
const sentenceOnOrders = (one: readonly Tried[], principalOnes: readonly Tried[]): string => {
  const before = new Map(principalOnes.map(({ name, linked }) => [name, linked]))
  const harmed = one.filter(({ linked }) => isHarm(linked)).length
  const were = one.filter(({ name }) => isHarm(before.get(name) ?? "accepted")).length
  return `Of the ${one.length} orders that \`0.15.1-orders\` was tried with, ${harmed} harm it, and ${were} harm the library that checks only blobs.`
}

const othersSection = (known: Known, all: readonly LinkedResults[], ordered: readonly Tried[]): string => {
  const others = all.filter(({ library }) => library !== principal)
  if (others.length === 0) return ""
  const orders = others.find(({ library }) => library.endsWith("-orders"))
  return `
Other libraries were tried too (\`c/spice-server/build.sh\`, then \`npm run lab:linked -- --library NAME\`). Those named \`-orders\` also refuse
an unrequested MIGRATE_FLUSH_MARK, a second DISPLAY_INIT, and MIGRATE_DST_DO_SEAMLESS out of place:

${markdownTable(
  ["library", "hostile blobs", "genuine blobs", "orders of messages"],
  others.map((other) => otherRow(known, other)),
)}
${orders === undefined ? "" : `\n${sentenceOnOrders(triedIn(known.orders, orders.orders), ordered)}\n`}`
}

type Known = Pick<Results, "blobs" | "orders">

/** The section on a spice-server that checks by itself, beside the others. */
export const ofLinked = (known: Known, all: readonly LinkedResults[]): string => {
  const { blobs, orders } = known
  const linked = all.find(({ library }) => library === principal)
  if (linked === undefined) return ""
  const hostile = triedIn(blobs.filter(isHostile), linked.blobs)
  const genuine = triedIn(blobs.filter(isGenuine), linked.blobs)
  const sealed = new Set(blobs.flatMap(({ name, isSealed }) => (isSealed === true ? [name] : [])))
  const refused = genuine.filter(({ name, linked: fate }) => fate !== "accepted" && !sealed.has(name))
  const ordered = triedIn(orders, linked.orders)
  return `## Unmodified, relayed and linked

**Linked** is a spice-server that calls the C validator itself (docs/c.md): ${linked.versions}. Clients reach it without a relay.
Blobs were sent to it with their buffers guarded, and main's also at the moment when its agent is attached. The worst outcome counts. Of the
${blobs.length} blobs ${linked.blobs.length} and of the ${orders.length} orders ${linked.orders.length} were tried (\`npm run lab:linked\`). The
unmodified server's column is the worst of its modes.
${linked.caveat === undefined ? "" : `\n${linked.caveat}\n`}
${markdownTable(
  ["", "tried", "unmodified", "relayed", "linked"],
  [row("hostile blobs", hostile), row("genuine blobs", genuine), row("orders of messages", ordered)],
)}

- Blobs that harm the linked server: ${named([...hostile, ...genuine].filter(({ linked: fate }) => isHarm(fate)))}.
- Genuine blobs that it refuses, except those that only their device could confirm: ${named(refused)}.
- The check sees blobs, not the order of messages: ${ordered.filter(({ linked: fate }) => isHarm(fate)).length} of the ${ordered.length} orders harm it, as they harm any server without a relay.
${othersSection(known, all, ordered)}`
}
