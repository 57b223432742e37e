import { markdownTable } from "../../src/report/markdown.js"
import type { Counted, Newer } from "../accepted/newer.js"
import type { Others } from "../accepted/others.js"
import { type Results as Accepted, acceptedModes } from "../accepted/results.js"
import { ofLinked } from "../linked/render.js"
import type { LinkedResults } from "../linked/results.js"
import { type Fate, isHarm, outcomeOf, outcomes } from "./fate.js"
import { type Mode, modes } from "./modes.js"
import { type BlobResult, type Fates, isGenuine, type OrderResult, type Results, withoutRelay } from "./results.js"

/** Whether a case harmed the target in any mode, without the relay: ended it, or kept it from answering. */
export const isHarmful = ({ fates }: { readonly fates: Fates }): boolean => withoutRelay(fates).some(isHarm)

/** Whether a case harmed the target although the client came through the relay. */
export const isHarmfulRelayed = ({ fates: { relayed } }: { readonly fates: Fates }): boolean =>
  relayed !== undefined && isHarm(relayed)

const groupBy = <A>(values: readonly A[], keyOf: (value: A) => string): ReadonlyMap<string, readonly A[]> => {
  const groups = new Map<string, A[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group === undefined) groups.set(keyOf(value), [value])
    else group.push(value)
  }
  return groups
}

/** How often each outcome came, the worst first. */
const counts = (fates: readonly Fate[]): string => {
  const byOutcome = groupBy(fates, outcomeOf)
  return [...outcomes]
    .reverse()
    .flatMap((outcome) => {
      const count = byOutcome.get(outcome)?.length
      return count === undefined ? [] : [`${count} ${outcome}`]
    })
    .join(", ")
}

const fatesIn = (mode: Mode, results: readonly { readonly fates: Fates }[]): readonly Fate[] =>
  results.flatMap(({ fates }) => fates[mode] ?? [])

const cellsOf = (results: readonly BlobResult[]): readonly string[] =>
  modes.map((mode) => counts(fatesIn(mode, results)) || "-")

const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number => (one < other ? -1 : 1)

const rules = (hostile: readonly BlobResult[]): string =>
  markdownTable(
    ["rule", "blobs", ...modes],
    [...groupBy(hostile, ({ rule = "" }) => rule)]
      .sort(byKey)
      .map(([rule, results]) => [`\`${rule}\``, `${results.length}`, ...cellsOf(results)]),
  )

const totals = (hostile: readonly BlobResult[], genuine: readonly BlobResult[]): string =>
  markdownTable(
    ["blobs", "", ...modes],
    [
      ["hostile", `${hostile.length}`, ...cellsOf(hostile)],
      ["genuine", `${genuine.length}`, ...cellsOf(genuine)],
    ],
  )

/** Where processes ended, most often first. */
const deaths = (blobs: readonly BlobResult[]): string => {
  const killed = blobs.flatMap(({ fates }) => Object.values(fates).filter((fate) => outcomeOf(fate) === "killed"))
  const byFate = [...groupBy(killed, (fate) => fate)].sort(byKey)
  return markdownTable(
    ["targets killed by", "times"],
    byFate.sort(([, one], [, other]) => other.length - one.length).map(([fate, { length }]) => [fate, `${length}`]),
  )
}

const groups = {
  "A migration's messages, and lying headers, without a migration": /^session-/,
  "A migrating client out of order": /^migrating-/,
  "What a client does to the source of a migration": /^source-/,
  "Displays that end, or say nothing, before DISPLAY_INIT; ports that close at once": /^end-/,
  "Clients that do not read, do not answer, or stop in the middle of a message": /^stall-/,
  "Answers that nobody sees": /^unseen-/,
  "Several connections at the same moment": /^race-/,
  "A guard that forgets, or is not the only way": /^guard-/,
  "Nothing to do with a migration, for comparison": /^(?!session-|migrating-|source-|end-|stall-|unseen-|race-|guard-)/,
}

/** Orders with one sentence and the same fates are a row; rows with one sentence stand together. */
const orderRows = (orders: readonly OrderResult[]): readonly (readonly string[])[] => {
  const bySentence = [...groupBy(orders, ({ sentence }) => sentence).values()]
  const rows = bySentence.flatMap((alike) => [...groupBy(alike, ({ fates }) => JSON.stringify(fates)).values()])
  return rows.map((alike) => {
    const [first] = alike
    return [
      first?.sentence ?? "",
      alike.map(({ channel }) => channel).join(", "),
      first?.fates.plain ?? "-",
      first?.fates["malloc-check"] ?? "-",
      first?.fates.relayed ?? "-",
      first?.fates.told ?? "-",
    ]
  })
}

const orderTables = (orders: readonly OrderResult[]): string =>
  Object.entries(groups)
    .map(([title, pattern]) => ({ title, rows: orderRows(orders.filter(({ name }) => pattern.test(name))) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => {
      const head = ["the client …", "on", "plain", "malloc-check", "relayed", "told"]
      return `### ${title}\n\n${markdownTable(head, rows)}`
    })
    .join("\n\n")

/** What can be done without data that decoders would refuse. */
const beyondDecoders = (orders: readonly OrderResult[]): string => {
  const foreign = orders.filter(({ name }) => name.startsWith("session-claimed-foreign-"))
  const harmful = orders.filter(isHarmful)
  const plainOf = (wanted: string): Fate => orders.find(({ name }) => name === wanted)?.fates.plain ?? "not tried"
  return [
    "- **An attack needs no migration.** A client can claim one to a server that expects none: it links main with a made-up connection id,",
    `  and gets the acknowledgement. Data of a wrong channel harmed such a server on ${foreign.filter(isHarmful).length} of ${foreign.length} channels.`,
    "- **Devices read their queues.** The decoders do not understand what is in a queue. QEMU's usbredir aborts the process when anything",
    "  follows bytes that it could not read. Data with such a queue is refused unless somebody vouches for it. With a message after it:",
    `  ${plainOf("migrating-queue-of-garbage")}. Two messages of any session: ${plainOf("usbredir-garbage-twice")}.`,
    `- **An attack needs no data.** ${harmful.length} of ${orders.length} orders of messages harmed a server in at least one mode.`,
  ].join("\n")
}

/** What the relay leaves of all that, case by case. */
const behindRelay = (blobs: readonly BlobResult[], orders: readonly OrderResult[]): string => {
  const left = [...blobs, ...orders].filter(isHarmfulRelayed)
  const refused = blobs.filter((blob) => isGenuine(blob) && blob.fates.relayed !== "accepted")
  const before = [...blobs, ...orders].filter(({ fates: { plain = "accepted" } }) => isHarm(plain))
  return [
    `- **Behind \`migration-guard relay\`** ${left.length} of the ${before.length} cases that crash or hang an ordinary QEMU still do:`,
    ...left.map(
      ({ name, fates: { relayed, told } }) => `  - ${name}: ${relayed}${told === undefined ? "" : `; told: ${told}`}`,
    ),
    "",
    "  These are nonsense for usbredir, which only the device can read, and a display's data that never comes. The target itself stops waiting",
    "  for that after 10 s. A relay that was told that no machine is on its way does not ask QEMU. It then also fails to notice that QEMU waits for",
    "  a display that its client does not read, or whose messages the client does not acknowledge.",
    `  Of the genuine blobs it refuses ${namesOf(refused.filter(({ isSealed }) => isSealed !== true))}. They are a second display's data,`,
    "  sent here without the first one's, which vouches for the images of their dictionary. It also refuses those that nobody vouches for.",
    "  Whole migrations pass (`npm run lab`).",
  ].join("\n")
}

const namesOf = (blobs: readonly BlobResult[]): string => blobs.map(({ name }) => name).join(", ")

/** What becomes of what a server has written. */
const ofGenuine = (genuine: readonly BlobResult[]): readonly string[] => {
  const sealed = genuine.filter(({ isSealed }) => isSealed === true)
  const relayed = genuine.filter(({ isSealed }) => isSealed !== true)
  return [
    `- **What a server wrote is accepted, except what only its device could confirm.** Of ${genuine.length} genuine blobs the decoders`,
    `  refuse ${sealed.length} unless they are sealed: ${namesOf(sealed)}.`,
    `  The devices of these targets are in another state, so ${sealed.filter(isHarmful).length} of them are false here and did harm. Of the others the decoders refuse`,
    `  ${relayed.filter(({ rule }) => rule !== undefined).length}, and ${relayed.filter(isHarmful).length} harmed a target in any mode.`,
  ]
}

const claims = (
  hostile: readonly BlobResult[],
  genuine: readonly BlobResult[],
  orders: readonly OrderResult[],
): string => {
  const harmful = hostile.filter(isHarmful)
  const accepted = [...hostile, ...genuine].filter(({ rule, isSealed }) => rule === undefined && isSealed !== true)
  const silent = hostile.filter(({ fates }) => withoutRelay(fates).every((fate) => fate === "accepted"))
  const plain = hostile.filter(({ fates: { plain = "accepted" } }) => isHarm(plain))
  return [
    `- **What harms a target is refused.** ${harmful.length} of ${hostile.length} hostile blobs crashed or hung the target in at`,
    `  least one mode, ${plain.length} of them in an ordinary QEMU. Of the ${accepted.length} blobs that the decoders accept`,
    `  from a client, ${accepted.filter(isHarmful).length} did.`,
    ...ofGenuine(genuine),
    beyondDecoders(orders),
    behindRelay([...hostile, ...genuine], orders),
    "",
    `The target took ${silent.length} hostile blobs without a sign of trouble in any mode. That does not prove them harmless: no mode`,
    "sees reads and writes at the wrong place inside an object. What lies beyond a buffer is chance: in another run a",
    "handful of cases may end differently.",
  ].join("\n")
}

const sumOf = (tallies: Accepted["tallies"], of: "runs" | "harms"): number =>
  tallies.reduce((sum, tally) => sum + tally[of], 0)

/** Runs by channel and mode, with those that did harm. */
const acceptedTable = ({ tallies }: Accepted): string =>
  markdownTable(
    ["channel", ...acceptedModes],
    [...groupBy(tallies, ({ channel }) => channel)].map(([channel, mine]) => [
      channel,
      ...acceptedModes.map((mode) => {
        const cell = mine.filter((tally) => tally.mode === mode)
        return cell.length === 0 ? "-" : `${sumOf(cell, "runs")} runs, ${sumOf(cell, "harms")} harmed`
      }),
    ]),
  )

/** What became of targets with other spice-servers; nothing where there was none. */
const newerTable = (newer: readonly Newer[]): string => {
  if (newer.length === 0) return ""
  const counted = ({ runs, harms }: Counted): string => `${runs} runs, ${harms} harmed`
  const rows = newer.map((each) => [each.version, ...[each.default, each.usbredir, each.smartcard].map(counted)])
  return `
The same blobs went to a QEMU that loads another spice-server (\`npm run lab:accepted:newer\`). The other columns show what does harm
if the receiver's \`accept\` names everything, in plain mode. Those versions fix none of these faults.

${markdownTable(["spice-server", "accepted by default", "usbredir, all accepted", "smartcard, all accepted"], rows)}
`
}

const ofOthers = ({ arguments: sets, orders }: Others): string => `
\`npm run lab:accepted:arguments\` gave ${sets.runs} sets of arguments that the codecs accept to a fresh ${sets.versions} each: ${sets.harms} crashed or
hung it. It took ${sets.taken}. It refused the others because of its surroundings, such as names that do not resolve.

\`npm run lab:accepted:orders\` played ${orders.runs} random walks of the session's model to a target behind the relay. They hold ${orders.taken} links,
messages and ends that the session lets through, and ${orders.harms} of the walks killed it. A display that awaits its data can delay it for 10 s, as everywhere.
`

const ofAccepted = (accepted: Accepted, others: Others, newer: readonly Newer[]): string => `## What the decoders accept

\`npm run lab:accepted\` sends blobs that the decoders accept for the default receiver to fresh targets: ${sumOf(accepted.tallies, "runs")} runs of
${accepted.blobs} blobs, of which ${sumOf(accepted.tallies, "harms")} did harm. Some are arbitrary, biased to the limits. Some are those or genuine ones with a few
bytes changed, if still accepted. Others are states whose queue is a sequence of messages (of an agent, a smartcard or a port).
In **onward** the target then becomes the source of another migration. Its agent continues where the blob says that it was, and both
targets must survive. In the other modes the client goes on to talk to the agent and the card. The guest opens its ports, reads what was
queued, and writes. A harmful blob would be minimised and kept in the corpus.

${acceptedTable(accepted)}
${newerTable(newer)}${ofOthers(others)}
If an agent stops in the middle of a message, the target cannot save its state (reds.cpp:1238). No check
sees that: a genuine source can have left the agent there. A guest can do this to its QEMU without any data, by writing exactly a chunk header.
`

/** The document, from nothing but the results. */
export const render = (
  { versions, blobs, orders }: Results,
  accepted: Accepted,
  others: Others,
  newer: readonly Newer[],
  linked: readonly LinkedResults[],
): string => {
  const genuine = blobs.filter(isGenuine)
  const hostile = blobs.filter((blob) => !isGenuine(blob))
  return `# What a target does with hostile migration data

Generated by \`npm run lab:exposure\` from its results in \`lab/exposure/results.json\`; ${versions}, unmodified.

Every blob of the corpus is sent to a fresh target, in the order of a migrating client. The client links main with a
connection id, sends MIGRATE_DST_DO_SEAMLESS, gets the acknowledgement, and links the channel. Its first message there is the blob. It is sent
when the machine has arrived; a display's is sent before that, because its worker waits for it up to 10 s. The machine is a small Linux that was
saved to a file with its agent's port open.

Afterwards the guest uses its agent or draws, the client goes on, and QMP has to answer. The machine is reset, for
which the displays' workers have to answer. Then the client leaves, and QEMU quits. In the end each target had one of these outcomes:

- **killed**: a signal killed it, or it exited with an error; with the last position in its log, if there is one.
- **hung**: QMP did not answer for 5 s; with the duration, if it ended within 36 s.
- **dropped**: it closed the whole session.
- **refused**: it closed the channel.
- **accepted**: none of these.

The blobs are sent in several modes:

- **plain** is an ordinary QEMU.
- **early** sends main's data before the machine arrives, so the data waits for the agent.
- **malloc-check** sets \`MALLOC_CHECK_=3\`.
- **guard** ends the blob's buffer at an inaccessible page, which exposes reads beyond it. Inputs reads into a fixed buffer. Main's data is copied
  to an allocation only if it comes early, so this mode sends it early.
- **relayed** puts \`migration-guard relay\` in between, which is told the same about the target as the decoders.
- **told** is the same with a machine that runs before the client comes. The relay is also told that no machine is on its way
  (\`awaitsMachine = false\`).

## In short

${claims(hostile, genuine, orders)}

${totals(hostile, genuine)}

${ofLinked({ blobs, orders }, linked)}
${ofAccepted(accepted, others, newer)}
## By the rule that a blob breaks first

${rules(hostile)}

## Where targets ended

${deaths(blobs)}

For a segmentation fault the log does not say where it happened.

## Orders of messages

These attacks need no data. The decoders do not see them: whatever relays the messages has to enforce their order. Some depend on timing:
answers that nobody sees, and several connections at the same moment. They are tried without the relay until they do harm, at most 50 times,
and through it 200 times. The worst outcome is shown. Attacks on the guard itself do not apply without a relay.

${orderTables(orders)}
`
}
