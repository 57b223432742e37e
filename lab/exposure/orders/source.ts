import { fromClient } from "../../../src/spice/wire/messages.js"
import { followMigration, type OnTheWay } from "../../client/migration.js"
import { fromServer, mainFromClient, mainFromServer } from "../../client/numbers.js"
import type { Session } from "../../client/session.js"
import { words } from "../../client/words.js"
import type { Host } from "../../migrate/host.js"
import type { Play, Played } from "../attack.js"
import type { Scene } from "../scene.js"
import type { Order } from "./order.js"

/** What a client does to the source of a migration; the QEMU that is watched is the source here. */

const announce = async (source: Host, target: Host): Promise<void> => {
  await target.ask("migrate-incoming", { uri: target.incoming })
  await source.ask("client_migrate_info", { protocol: "spice", hostname: "127.0.0.1", port: target.port })
}

/** Lets the machine move to another host, and the session with it. */
export const migrate = async (scene: Scene, session: Session, onTheWay: OnTheWay = {}): Promise<Played> => {
  const target = await scene.another()
  const following = followMigration(session, () => scene.host.ask("migrate", { uri: target.incoming }), onTheWay)
  following.catch(() => undefined)
  await announce(scene.host, target)
  await following
  await scene.host.event("SPICE_MIGRATE_COMPLETED")
  return { main: session.main, attacked: session.main, isGone: true }
}

const migrating =
  (before: (session: Session) => void, onTheWay: OnTheWay): Play =>
  async (scene) => {
    const session = await scene.ordinary()
    before(session)
    return migrate(scene, session, onTheWay)
  }

const startAgent = ({ main }: Session): void => main.send(mainFromClient.agentStart, words(0xffffffff))

/** Says that it is connected to a target that it has not linked, and flushes what it is asked to. */
const withoutTarget: Play = async (scene) => {
  const session = await scene.ordinary()
  startAgent(session)
  const target = await scene.another()
  await announce(scene.host, target)
  const { main, channels } = session
  await main.receive(mainFromServer.migrateBeginSeamless)
  main.send(mainFromClient.migrateConnectedSeamless)
  main.send(mainFromClient.migrateConnectedSeamless)
  await scene.host.ask("migrate", { uri: target.incoming })
  for (const channel of channels) {
    if (((await channel.receive(fromServer.migrate)).payload.readUInt32LE(0) & 1) === 0) continue
    channel.send(fromClient.migrateFlushMark)
    await channel.receive(fromServer.migrateData)
  }
  return { main, attacked: main, isGone: true }
}

export const sourceOrders: readonly Order[] = [
  {
    name: "source-honest",
    sentence: "migrates as every client does",
    channel: "main",
    play: migrating(startAgent, {}),
  },
  {
    name: "source-no-agent-start",
    sentence: "never sends AGENT_START though the agent is connected, and migrates",
    channel: "main",
    play: migrating(() => undefined, {}),
  },
  {
    name: "source-flush-mark-twice",
    sentence: "sends MIGRATE_FLUSH_MARK twice on every channel that is flushed",
    channel: "main",
    play: migrating(startAgent, { beforeFlush: ({ send }) => send(fromClient.migrateFlushMark) }),
  },
  {
    name: "source-without-target",
    sentence: "sends MIGRATE_CONNECTED_SEAMLESS twice without having linked the target",
    channel: "main",
    play: withoutTarget,
  },
]
