import { markdownTable } from "../src/report/markdown.js"
import { sessionRules } from "../src/session/rules.js"
import { largestMessage } from "../src/session/sizes.js"
import { stages, transitions } from "../src/session/transitions.js"
import { channelTypes, type LinkedChannel } from "../src/spice/wire/channels.js"
import { linkHeader, linkMessage } from "../src/spice/wire/link.js"
import { wireRules } from "../src/spice/wire/rules.js"
import type { Rule } from "../src/violation/violation.js"
import { ablations, explored } from "../test/session/explore/settings.js"

const kinds = Object.keys(transitions.ordinary) as (keyof typeof transitions.ordinary)[]
const ordered = [...kinds].sort((one, other) => Number(one === "other") - Number(other === "other"))

const entryOf = (entry: (typeof transitions)["ordinary"]["other"]): string => {
  if (entry === "pass") return "passes"
  return entry === "judge" ? "judged" : `\`${sessionRules[entry].id.replace("session/", "")}\``
}

const checks = (all: readonly Rule[]): string =>
  markdownTable(
    ["rule", "code", "what must hold", "what happens without it"],
    [...new Map(all.map((each) => [each.id, each])).values()].map(({ id, code, requirement, consequence }) => [
      `\`${id}\``,
      `\`${code}\``,
      requirement,
      consequence,
    ]),
  )

const names = Object.keys(channelTypes) as LinkedChannel[]

/** docs/session.md: what the code says of the order of messages, and what has to be said beside. */
export const sessionDocument = `# The order of messages

\`migration-guard/session\` judges what clients send to one SPICE server, over all connections and channels. It is a state machine without
I/O: events go in, decisions come out. It reads headers, and of payloads only what \`SessionEvent\` names.

It is pessimistic. What was forwarded counts as received by the server, whether an answer was seen or not. A client's claim counts for
others only once the server has accepted it. Permission comes from the server's last message, never from its silence. What depends on an
open outcome waits for it.

## Events

| event | when it is said |
| --- | --- |
| \`link\` | A client has sent its ticket for a channel. The ticket is held back until the decision. |
| \`linked\` | The server has answered that: 0 if it took the channel. |
| \`message\` | The header of a client's message is there. |
| \`whole\` | All of a message is there, as \`gather\` asked. |
| \`data\` | All of a MIGRATE_DATA is there, and decoded. |
| \`server\` | The header of a server's message is there. The client has not got it yet. |
| \`left\` | The client is gone, or its caller let go of it. The server may not know. |
| \`closed\` | The server has closed the connection. Nothing is left of it. |
| \`time\` | It is that late. |

A client that has left and a server that has closed are two events. Between them the server may still act on what it was sent, and what
it says still counts. So a connection is observed until its server has closed it.

## Decisions

| decision | what it asks for |
| --- | --- |
| \`forward\` | What was held, or the message at hand, goes to the server. |
| \`refuse\` | Disconnect the client. The connection to the server stays open until \`end\`. |
| \`hold\` | Wait for another event. |
| \`gather\` | Hold the message until it is complete, then report \`whole\`. |
| \`replace\` | Send this payload instead of the message's own. |
| \`send\` | Send a message of the guard's own. |
| \`drop\` | Keep the server's message from the client: it answers the guard. |
| \`end\` | Close the connection to the server. This is safe now. |
| \`wake\` | Report \`time\` at that moment. |

With the option \`observes\`, as in the relay's monitor mode, decisions have no effect: nothing waits, nothing is sent or dropped, and what
follows a violation is judged as if the violation had passed.

## One link at a time

The guard asks the server for one link at a time, so that the server accepts links in the order in which the guard judged them. A link with
a wrong ticket is answered and forgotten: it reserves nothing.

spice-server has one client. When it accepts a main channel, every earlier session is over: its channels are \`orphaned\`, and whatever is
still sent on them is refused. A session keeps its id until the server has closed its main channel.

| what waits | what it waits for |
| --- | --- |
| any link | the server's answer to the one before |
| another channel, while its main is \`undecided\` | the server's seamless flag to be off |
| another channel, while its main is \`asked\` | ACK or NACK |
| another channel, after MIGRATE_END | MAIN_INIT |
| main | the displays of the session that it ends: each must have got DISPLAY_INIT and sent something |
| a display, while a main waits | that main |
| what a client sends on a display after DISPLAY_INIT | the server's first message on that display |
| a display's data | the data of the displays that it is judged by, for 3 s |
| main's data | each display to have been linked for 300 ms, or to have sent something |

The caller decides how long a link may wait: the relay's handshake limit holds until the server has accepted it.

## Nothing rests on the guard's memory alone

A seamless migration sets a flag in the server that outlives its session, and a channel of a later migration that meets it crashes QEMU (reds.cpp:2029). The guard does not remember the flag: it may have started later, or not have seen the answer. When a channel is to
be linked whose main has not asked yet, the guard sends the server MIGRATE_DST_DO_SEAMLESS with version 2 on that main. There is no such
version, so the server turns the flag off and answers with NACK, which the client does not see. Then the channel is linked as
\`pending\`. Clients that ask first, as spice-gtk does, never meet this.

Where no machine is awaited the client's own question gets version 2 as well (\`session/machine-awaited\`): the server declines, and the
client goes on with a migration that is not seamless. \`awaitsMachine\` is false unless its caller says otherwise.

## Displays

After a link, a display's worker waits up to 30 s for DISPLAY_INIT and does nothing else. Meanwhile whatever needs the worker hangs QEMU. If
the connection ends in that time, even in the same read as DISPLAY_INIT, the worker uses freed memory. Therefore:

- DISPLAY_INIT comes first, passes only as a whole, and only if a display can be served by it.
- A client has 2 s for it. After that, or when the client leaves before, the guard sends one itself.
- What follows DISPLAY_INIT, and the end of the connection, wait until the server has sent something on the display: then its worker serves it. In between, nothing is sent to a display, and it is not closed.
- Main is not closed, nor another one linked, before all displays of the session have got so far.
- A channel that is \`pending\` is not closed: the server would still link it, and find it closed.

On channels of a migration all messages pass only as a whole, as one of the guard's may have to follow; so does AGENT_DATA on main in
any session, since all clients share one buffer for it at the server (reds.cpp:1077).

## Explored, not sampled

\`npx vitest run test/session/explore\` explores every order of events between clients, the guard and a model of spice-server 0.15.1 (test/session/explore/server.ts names the
lines that it models). Any order is possible for what clients do, what the server and its display workers read, which answer the guard
sees, when time passes, when the machine arrives and when the guard restarts; only the bytes of one connection stay in order. States are
hashed, and symmetric clients count once. No crash and no hang is reachable, and from every state an honest client gets through once the
others are silent.

${markdownTable(
  ["explored", "states"],
  [
    ...explored.map(({ says, states }) => [says, states.toLocaleString("en")]),
    ["all together", explored.reduce((sum, { states }) => sum + states, 0).toLocaleString("en")],
  ],
)}

An honest client may not get through beside one whose main was linked earlier, or after a restart of the guard. A restart harms a display
that still owes DISPLAY_INIT: the kernel closes its connection.

Each of ${ablations.length} rules and waits was removed by itself. Each time the exploration finds a crash, a hang, or an honest client that does not get through;
the shortest paths to them are in test/session/explore/__snapshots__.

## Where a channel is

![How a channel gets from one stage to the next](images/stages.svg)

${markdownTable(
  ["stage", "meaning"],
  Object.entries(stages).map(([stage, meaning]) => [stage, meaning]),
)}

A link starts **main** in \`ordinary\` (connection id 0) or \`undecided\`, **another channel** in the stage that its session's main says:
\`pending\` while main is \`undecided\` or \`declined\`; \`awaiting\` in a seamless migration, if it carries data; else \`ordinary\`.

| what happens | from | to |
| --- | --- | --- |
| the client sends MIGRATE_DST_DO_SEAMLESS | \`undecided\` | \`asked\` |
| the server sends MIGRATE_DST_SEAMLESS_ACK on main | main \`asked\`, others \`pending\` | \`awaiting\`; cursor, playback and record \`ordinary\` |
| the server sends MIGRATE_DST_SEAMLESS_NACK on main | \`asked\` | \`declined\` |
| the client sends MIGRATE_END on main | main \`undecided\` or \`declined\`, others \`pending\` | \`ordinary\` |
| the client sends MIGRATE_DATA | \`awaiting\` | \`sending\` |
| the data was judged, and nothing else's is needed any more | \`sending\` | \`moved\` |
| the server sends a message of displays on a display | \`awaiting\` | \`ordinary\`: a streaming agent's display carries no data |
| main closes, or the server takes another main | any | \`orphaned\` |

A seamless migration is over when all data has passed. If a channel leaves before its data, the migration is never over: the server waits
for it too.

AGENT_START counts for the agent that is connected when it passes. After the server reports that the agent is gone, the client has to send it
again: one that crossed the report did not count.

## What a message comes to

The stage decides; where the table says "judged", more than the stage. MIGRATE_DATA on cursor, playback or record breaks
\`session/data-channel\`; "answer" is ACK_SYNC, ACK and PONG. spice-server 0.15.1 asks nothing of a channel that awaits its data (a
display's SET_ACK is held back until the data came), so that there is nothing to answer; streaming displays do get a SET_ACK.

${markdownTable(
  ["stage", ...ordered],
  Object.entries(transitions).map(([stage, entries]) => [stage, ...ordered.map((kind) => entryOf(entries[kind]))]),
)}

## Sizes

The largest ordinary message by channel, in bytes; an agent's data is at most ${largestMessage("main", 107)}. MIGRATE_DATA has the receiver's \`maxBlobBytes\`.

${markdownTable(names, [names.map((name) => String(largestMessage(name, 101)))])}

## Rules of the order

Positions are those of spice-server 0.15.1. [exposure.md](exposure.md) has what was measured.

${checks(Object.values(sessionRules))}

## Rules of the link

${checks([...Object.values(wireRules), ...linkHeader.struct.rules, ...linkMessage.struct.rules])}

## What the order does not cover

- **A client that sends nothing** on a display that awaits its data: the target waits 10 s after the machine's arrival, which no message announces, and then drops the channel itself.
- **A machine that already runs**, if the caller says \`awaitsMachine: true\` and no agent and no data on main was ever seen.
- **The content of ordinary messages**, except the announced size of a compressed one: usbredir, smartcard and agent messages are for the devices.
- **A display's serial**: it bounds other displays' entries and the images, but nothing bounds the serial. With it a client can only mislead itself.
- **Displays that were linked again** within a session before it migrated: the caches remember more serials and images than the later link
  explains, so such data is refused.
- **A display that the server sends more than its client reads, or acknowledges**: the worker waits up to 30 s for it as soon as the
  machine stops, is reset or changes its mode.
- **A migration that never ends**, because its client stops or is silent: until that client leaves or is disconnected, no other is let in
  while a machine may be on its way, and for 30 s longer. The relay's \`idleSeconds\` ends that too.
`
