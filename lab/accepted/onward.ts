import { decodeMigrateData } from "../../src/index.js"
import { fromClient } from "../../src/spice/wire/messages.js"
import type { SpiceChannel } from "../client/channel.js"
import { mainFromClient, mainFromServer } from "../client/numbers.js"
import { sessionOf } from "../client/session.js"
import { words } from "../client/words.js"
import type { Play } from "../exposure/attack.js"
import { sendBlob } from "../exposure/blob-attack.js"
import { genuineData } from "../exposure/orders/order.js"
import { connectionId } from "../exposure/scene.js"
import { hop } from "../migrate/hop.js"
import { written } from "../migrate/scenarios/guest.js"
import type { Carrying } from "./subjects.js"
import { guestTalk } from "./talk.js"

/** What an agent writes in the middle of a chunk: as much as shows where it stands, or what is left. */
const piece = (left: number): Buffer => Buffer.alloc(Math.min(left, 100))

/**
 * An agent that goes on where a blob says that it was. One that wrote something else could leave a source in a state that
 * spice-server 0.15.1 cannot write down, which it can without any data (docs/lab.md).
 */
const goingOn = (blob: Uint8Array): readonly string[] => {
  const decoded = decodeMigrateData("main", blob)
  if (decoded._tag === "Left") throw new Error(decoded.left[0].message)
  const { chunk_header_size: read, chunk_header } = decoded.right.agent2client
  const header = words(chunk_header.port, chunk_header.size)
  words(1, 28).copy(header, read, read)
  // No agent writes a chunk without a byte.
  if (read < header.length && header.readUInt32LE(4) === 0) header.writeUInt8(1, 7)
  const rest = Buffer.concat([header.subarray(read), piece(header.readUInt32LE(4))])
  return ["cat <&3 >/dev/null &", `${written(rest)} >&3 &`, "sleep 0.1"]
}

/** Starts the conversation with an agent that the server says is there, as every client does: a source depends on it. */
const startAgentOnce = async (main: SpiceChannel): Promise<void> => {
  await main.receive(mainFromServer.agentConnected, mainFromServer.agentConnectedTokens)
  main.send(mainFromClient.agentStart, words(0xffffffff))
}

/**
 * Sends a blob, and lets the machine move on in the end: what was restored is written down again. Main has its data in
 * any case, since a server that waits for a channel's does not migrate.
 */
export const sendAndMoveOn =
  (channel: Carrying, blob: Uint8Array): Play =>
  async (scene) => {
    const next = await scene.another()
    const { main, attacked } = await sendBlob(channel, blob, "plain")(scene)
    startAgentOnce(main).catch(() => undefined)
    if (attacked !== main) main.send(fromClient.migrateData, genuineData("main"))
    const address = { host: "127.0.0.1", port: scene.host.port }
    const session = sessionOf(connectionId, { address }, main, attacked === main ? [] : [attacked])
    const move = async (): Promise<void> => {
      const moving = hop(scene.host, next, session)
      // The next one's end is what is looked for.
      await Promise.race([moving, next.ended, scene.host.ended])
    }
    const guest = channel === "main" ? goingOn(blob) : guestTalk[channel]
    return { main, attacked, onward: { next, move }, ...(guest === undefined ? {} : { guest }) }
  }
