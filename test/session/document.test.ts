import { expect, test } from "vitest"
import type { Check } from "../../src/schema/violation.js"
import { rules } from "../../src/session/rules.js"
import { largestMessage } from "../../src/session/sizes.js"
import { stages, table } from "../../src/session/table.js"
import { channelTypes, type LinkedChannel } from "../../src/spice/wire/channels.js"
import { wireChecks } from "../../src/spice/wire/checks.js"
import { linkHeader, linkMessage } from "../../src/spice/wire/link.js"

/** docs/session.md is this test's: `npx vitest run test/session/document.test.ts -u` writes it. */

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n")

const kinds = Object.keys(table.ordinary) as (keyof typeof table.ordinary)[]
const ordered = [...kinds].sort((one, other) => Number(one === "other") - Number(other === "other"))

const entryOf = (entry: (typeof table)["ordinary"]["other"]): string => {
  if (entry === "pass") return "passes"
  return entry === "judge" ? "judged" : `\`${rules[entry].id.replace("session/", "")}\``
}

const checks = (all: readonly Check[]): string =>
  tableOf(
    ["rule", "code", "what must hold", "what happens without it"],
    [...new Map(all.map((each) => [each.id, each])).values()].map(({ id, code, says, without }) => [
      `\`${id}\``,
      `\`${code}\``,
      says,
      without,
    ]),
  )

const names = Object.keys(channelTypes) as LinkedChannel[]

const document = `<!-- Written by \`npx vitest run test/session/document.test.ts -u\` from src/session. Do not edit. -->

# The order of messages

\`migration-guard/session\` judges what a client sends to one SPICE server, over all connections and channels: a state machine
without I/O. Events go in (a link, a message's header, decoded migration data, what the server says, a close, the time), decisions come out:
forward, refuse, hold. It looks at headers, and into a payload only as far as \`SessionEvent\` says. What is known of a session goes
with its main channel. What is known of the server stays: whether it has ever acknowledged a seamless migration, and whether its
machine is known to run; a server that was restarted needs a new state machine.

## Where a channel is

${tableOf(
  ["stage", "meaning"],
  Object.entries(stages).map(([stage, meaning]) => [stage, meaning]),
)}

A link begins **main** in \`ordinary\` (connection id 0) or \`undecided\`, **another channel** in the stage that its session's main says:
\`pending\` while main is \`undecided\`, \`asked\` or \`declined\`; \`awaiting\` in a seamless migration, if it carries data; else \`ordinary\`.

| what happens | from | to |
| --- | --- | --- |
| the client sends MIGRATE_DST_DO_SEAMLESS | \`undecided\` | \`asked\` |
| the server sends MIGRATE_DST_SEAMLESS_ACK on main | main \`asked\`, others \`pending\` | \`awaiting\`; cursor, playback and record \`ordinary\` |
| the server sends MIGRATE_DST_SEAMLESS_NACK on main | \`asked\` | \`declined\` |
| the client sends MIGRATE_END on main | main \`undecided\` or \`declined\`, others \`pending\` | \`ordinary\` |
| the client sends MIGRATE_DATA | \`awaiting\` | \`sending\` |
| the data was judged, and no other display's is needed any more | \`sending\` | \`moved\` |
| the server sends a message of displays on a display | \`awaiting\` | \`ordinary\`: a streaming agent's display carries no data |
| main closes | any | \`orphaned\` |

A seamless migration is over when all data has passed. A channel that closes before its data leaves one that is never over: the server
waits for it too.

## What a message comes to

The stage decides, or more than the stage where it says "judged". MIGRATE_DATA on cursor, playback or record breaks
\`session/data-channel\`; "answer" is ACK_SYNC, ACK and PONG. spice-server 0.15.1 asks nothing of a channel that awaits its data (a
display's SET_ACK is held back until the data came), so that there is nothing to answer; streaming displays do get a SET_ACK.

${tableOf(
  ["stage", ...ordered],
  Object.entries(table).map(([stage, entries]) => [stage, ...ordered.map((kind) => entryOf(entries[kind]))]),
)}

## Sizes

The largest ordinary message by channel, in bytes; an agent's data is at most ${largestMessage("main", 107)}. MIGRATE_DATA has the receiver's \`maxBlobBytes\`.

${tableOf(names, [names.map((name) => String(largestMessage(name, 101)))])}

## Rules of the order

Positions are those of spice-server 0.15.1; what was measured stands in [exposure.md](exposure.md).

${checks(Object.values(rules))}

## Rules of the link

${checks([...Object.values(wireChecks), ...linkHeader.struct.rules, ...linkMessage.struct.rules])}

## What the order does not cover

- **A client that sends nothing** on a display that awaits its data: the target waits 10 s when the machine arrives, which no message
  tells, and drops the channel by itself.
- **A machine that runs**, on a server on which no agent and no main's data was ever seen: \`awaitsMachine: false\` says it.
- **What is inside of ordinary messages** but the announced size of a compressed one: usbredir, smartcard and agent messages are the devices' own.
- **A display's serial**: it bounds other displays' entries and the images, and nothing bounds it; the client can only mislead itself.
- **Displays that were linked anew** within a session before it migrated: the caches remember serials and images of the earlier link, which
  are more than the later one explains, and are refused.
- **A migration that is never over**, since its client does not go on with it or is gone without a word: until its main channel closes
  no other client is let in to a server that may await a machine. \`awaitsMachine: false\`, an agent and main's data end that; so does
  the relay's \`idleSeconds\`.
`

test("docs/session.md is what the code says", async () => {
  await expect(document).toMatchFileSnapshot("../../docs/session.md")
})
