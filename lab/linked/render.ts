import { markdownTable } from "../../src/report/markdown.js"
import { type Fate, isHarm, outcomeOf, outcomes, worseOf } from "../exposure/fate.js"
import { isGenuine, type Results, withoutRelay } from "../exposure/results.js"
import type { LinkedResult, LinkedResults } from "./results.js"

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

/** The section on a spice-server that checks by itself, beside the others. */
export const ofLinked = ({ blobs, orders }: Pick<Results, "blobs" | "orders">, linked: LinkedResults): string => {
  const [hostile, genuine] = [false, true].map((kind) =>
    triedIn(
      blobs.filter((blob) => isGenuine(blob) === kind),
      linked.blobs,
    ),
  )
  const sealed = new Set(blobs.flatMap(({ name, isSealed }) => (isSealed === true ? [name] : [])))
  const refused = (genuine ?? []).filter(({ name, linked: fate }) => fate !== "accepted" && !sealed.has(name))
  const ordered = triedIn(orders, linked.orders)
  return `## Unmodified, relayed and linked

**Linked** is a spice-server that calls the C validator itself (docs/c.md), ${linked.versions}, where clients come without a relay.
Blobs were sent to it with what holds them guarded, main's also at the moment at which its agent is attached; the worst counts. Of the
${blobs.length} blobs ${linked.blobs.length} and of the ${orders.length} orders ${linked.orders.length} were tried (\`npm run lab:linked\`). The
unmodified server's column is the worst of its modes.

These results are put together: most blobs that are dropped were tried with an earlier build of the library, and the six cases that hung
on an overloaded machine were tried once more and did not. Run \`npm run lab:linked\` before you rely on them.

${markdownTable(
  ["", "tried", "unmodified", "relayed", "linked"],
  [row("hostile blobs", hostile ?? []), row("genuine blobs", genuine ?? []), row("orders of messages", ordered)],
)}

- Blobs that harm the linked server: ${named([...(hostile ?? []), ...(genuine ?? [])].filter(({ linked: fate }) => isHarm(fate)))}.
- Genuine blobs that it refuses, but for those that nobody but their device could confirm: ${named(refused)}.
- The check sees blobs, not the order of messages: ${ordered.filter(({ linked: fate }) => isHarm(fate)).length} of the ${ordered.length} orders harm it, as they harm any server without a relay.
`
}
