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

\`migration-guard/session\` judges what clients send to one SPICE server, over all connections and channels: a state machine without
I/O. Events go in, decisions come out. It looks at headers, and into a payload only as far as \`SessionEvent\` says.

It is pessimistic. What was let through counts as taken by the server, whether an answer was seen or not. A claim counts for others
only once the server has taken it. Permission comes from what the server said last, never from its silence. What depends on an outcome
that is still open waits for it.

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

A client that has gone and a server that has closed are two things. Between them the server may still act on what it was sent, and what
it says still counts: a connection is observed until its server has closed it.

## Decisions

| decision | what it asks for |
| --- | --- |
| \`forward\` | What was held, or the message at hand, goes to the server. |
| \`refuse\` | Let go of the client. The connection to the server stays open until \`end\`. |
| \`hold\` | Wait for another event. |
| \`gather\` | Hold the message until all of it is there, and say \`whole\`. |
| \`replace\` | Send this payload instead of the message's own. |
| \`send\` | Send a message of the guard's own. |
| \`drop\` | Keep the server's message from the client: it answers the guard. |
| \`end\` | End the connection to the server. It can stand that now. |
| \`wake\` | Say what time it is at that moment. |

With the option \`observes\` everything goes on whatever is decided, as in a relay's monitor mode: nothing waits, nothing is sent or
dropped, and what follows a violation is judged as if that had passed.

## One link at a time

The server is asked for one link, and for the next one when it has answered. So it takes them in the order in which the guard judged
them. A wrong ticket reserves nothing: its link is answered and forgotten.

spice-server has one client. When it takes a main channel, every earlier session is over: its channels are \`orphaned\`, and whatever
is still sent on them is refused. The id of a session belongs to it until the server has closed its main channel.

| what waits | what it waits for |
| --- | --- |
| any link | the server's answer to the one before |
| another channel, while its main is \`undecided\` | the server's seamless flag to be off |
| another channel, while its main is \`asked\` | ACK or NACK |
| another channel, after MIGRATE_END | MAIN_INIT |
| main | the displays of the session that it ends: each must have had DISPLAY_INIT and have spoken |
| a display, while a main waits | that main |
| what a client sends on a display after DISPLAY_INIT | the display to speak |
| a display's data | the data of the displays that it is judged by, for 3 s |
| main's data | each display to have been linked for 300 ms, or to speak |

How long a link may wait is up to the caller: the relay's limit of the handshake holds until the server has taken it.

## What rests on nothing that is remembered

A seamless migration sets a flag in the server that outlives its session, and a channel of a later migration that meets it ends QEMU
(reds.cpp:2029). The guard does not remember the flag: it may have been started later, or not have seen the answer. When a channel is to
be linked whose main has not asked yet, the guard sends the server MIGRATE_DST_DO_SEAMLESS with version 2 on that main. There is no such
version, so the server turns the flag off and answers with NACK, which the client does not see. Then the channel is linked as
\`pending\`. Clients that ask first, as spice-gtk does, never meet this.

Where no machine is awaited the client's own question gets version 2 as well (\`session/machine-awaited\`): the server declines, and the
client goes on with a migration that is not seamless. \`awaitsMachine\` is false unless its caller says otherwise.

## Displays

A display's worker that has taken a link waits for DISPLAY_INIT and does nothing else, for up to 30 s; whatever needs it hangs QEMU
meanwhile. If the connection ends in that time, even in the same read as DISPLAY_INIT, the worker uses memory that it has freed. Therefore:

- DISPLAY_INIT comes first, passes only as a whole, and only if a display can be served by it.
- A client has 2 s for it. Then, or when it leaves before, the guard sends one of its own.
- What follows DISPLAY_INIT, and the end of the connection, wait until the server has said anything on the display: then its worker
  serves it. Nothing is sent to a display, nor is it ended, in between.
- Main is not ended, nor another one linked, before all displays of the session have got so far.
- A channel that is \`pending\` is not ended: the server would still link it, and find it closed.

On channels of a migration all messages pass only as a whole, as one of the guard's may have to follow; so does AGENT_DATA on main in
any session, since all clients share one buffer for it at the server (reds.cpp:1077).

## Explored, not sampled

\`npx vitest run test/session/explore\` goes through everything that can happen between clients, the guard and a model of
spice-server 0.15.1 (test/session/explore/server.ts names the lines that it stands for): what a client does, what the server reads next,
what a display's worker does next, which answer the guard sees next, when time passes, when the machine arrives and when the guard is
restarted come in any order; only what is on one connection stays in order. States are hashed, and clients that are alike count once. No
crash and no hang can be reached, and from every state an honest client gets through once the others do nothing more.

${markdownTable(
  ["explored", "states"],
  [
    ...explored.map(({ says, states }) => [says, states.toLocaleString("en")]),
    ["all together", explored.reduce((sum, { states }) => sum + states, 0).toLocaleString("en")],
  ],
)}

An honest client is not promised to get through beside one whose main was linked before its own, nor after the guard was restarted. A
display that owes DISPLAY_INIT at the moment of a restart is the restart's own harm: the kernel closes its connection.

Each of ${ablations.length} rules and ways of waiting was taken away by itself. Each time the exploration finds a crash, a hang or an honest client
that does not get through; the shortest ways there stand in test/session/explore/__snapshots__.

## Where a channel is

![How a channel gets from one stage to the next](images/stages.svg)

${markdownTable(
  ["stage", "meaning"],
  Object.entries(stages).map(([stage, meaning]) => [stage, meaning]),
)}

A link begins **main** in \`ordinary\` (connection id 0) or \`undecided\`, **another channel** in the stage that its session's main says:
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

A seamless migration is over when all data has passed. A channel that leaves before its data leaves one that is never over: the server
waits for it too.

AGENT_START counts for the agent that is connected when it passes. When the server says that the agent has gone, it has to come again:
one that crossed those words on the way was not taken.

## What a message comes to

The stage decides, or more than the stage where it says "judged". MIGRATE_DATA on cursor, playback or record breaks
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

Positions are those of spice-server 0.15.1; what was measured stands in [exposure.md](exposure.md).

${checks(Object.values(sessionRules))}

## Rules of the link

${checks([...Object.values(wireRules), ...linkHeader.struct.rules, ...linkMessage.struct.rules])}

## What the order does not cover

- **A client that sends nothing** on a display that awaits its data: the target waits 10 s when the machine arrives, which no message
  tells, and drops the channel by itself.
- **A machine that runs**, on a server of which \`awaitsMachine: true\` is said and on which no agent and no main's data was ever seen.
- **What is inside of ordinary messages** but the announced size of a compressed one: usbredir, smartcard and agent messages are the devices' own.
- **A display's serial**: it bounds other displays' entries and the images, and nothing bounds it; the client can only mislead itself.
- **Displays that were linked anew** within a session before it migrated: the caches remember serials and images of the earlier link, which
  are more than the later one explains, and are refused.
- **A display that the server sends more than its client reads, or acknowledges**: the worker waits up to 30 s for it as soon as the
  machine stops, is reset or changes its mode.
- **A migration that is never over**, since its client does not go on with it or is silent: until that leaves or is let go of, no other
  one is let in while a machine may be on its way, and for 30 s longer. The relay's \`idleSeconds\` end that too.
`
