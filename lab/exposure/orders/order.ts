import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { fromClient } from "../../../src/spice/wire/messages.js"
import type { SpiceChannel } from "../../client/channel.js"
import {
  type ChannelName,
  displayFromClient,
  inputsFromClient,
  mainFromClient,
  smartcardData,
  spicevmcData,
} from "../../client/numbers.js"
import { channelOf, type Session } from "../../client/session.js"
import { words } from "../../client/words.js"
import type { Play } from "../attack.js"
import type { Scene } from "../scene.js"
import { settle, usbredirHello } from "../scene.js"

/** Messages in an order, or with a header, that no client has any business to send. */
export interface Order {
  readonly name: string
  /** What the client does, as a sentence without the channel. */
  readonly sentence: string
  readonly channel: ChannelName
  /** Whether the outcome is a matter of luck: then it is tried again and again. */
  readonly isRace?: boolean
  /** Whether the machine runs before the client comes, so that the relay can be told that none is on its way. */
  readonly machineRuns?: boolean
  /** How long it takes to play, in milliseconds, where that is long. */
  readonly takes?: number
  /** Whether it can end in several ways, none of which does harm. */
  readonly varies?: boolean
  readonly play: Play
}

/** The channels of the lab's machine that carry migration data. */
export const carrying = ["main", "display", "inputs", "usbredir", "port", "webdav", "smartcard"] as const

/** All channels of the lab's machine. */
export const everyChannel = [...carrying, "cursor"] as const

export type EveryChannel = (typeof everyChannel)[number]

const genuineFiles: Readonly<Record<EveryChannel, string>> = {
  main: "main/genuine/main-base.bin",
  display: "display/genuine/display-lossless.bin",
  inputs: "inputs/genuine/inputs-base.bin",
  usbredir: "spicevmc/genuine/usbredir-base.bin",
  port: "spicevmc/genuine/usbredir-base.bin",
  webdav: "spicevmc/genuine/usbredir-base.bin",
  smartcard: "smartcard/genuine/smartcard-base.bin",
  cursor: "inputs/genuine/inputs-base.bin",
}

/** Data of a channel that a server has written; cursors have none, and get that of inputs. */
export const genuineData = (channel: EveryChannel): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../../corpus/${genuineFiles[channel]}`, import.meta.url)))

/** Main's data of a source with an agent that its client speaks with. */
export const genuineAgentData = (): Buffer =>
  readFileSync(fileURLToPath(new URL("../../../corpus/main/genuine/main-agent-idle.bin", import.meta.url)))

export const sendData = (channel: SpiceChannel, name: EveryChannel): void =>
  channel.send(fromClient.migrateData, genuineData(name))

/** DISPLAY_INIT with the caches that the lab's client has. */
export const displayInit = Buffer.concat([Buffer.from([1]), Buffer.alloc(8, 1), Buffer.from([1]), words(4 << 20)])

/** A message of the channel's own that any client may send. */
export const ordinary: Readonly<Record<EveryChannel, { readonly type: number; readonly payload: Buffer }>> = {
  main: { type: mainFromClient.mouseModeRequest, payload: Buffer.from([1, 0]) },
  display: { type: displayFromClient.init, payload: displayInit },
  inputs: { type: inputsFromClient.keyDown, payload: words(0x1e) },
  usbredir: { type: spicevmcData, payload: usbredirHello },
  port: { type: spicevmcData, payload: Buffer.from("hello") },
  webdav: { type: spicevmcData, payload: Buffer.from("hello") },
  smartcard: { type: smartcardData, payload: Buffer.concat([words(3), words(0), words(0)]) },
  cursor: { type: fromClient.ackSync, payload: words(1) },
}

/** Sizes that a header may announce and no message has. */
export const hugeSizes = [
  { size: "4-gib", title: "2^32 - 1", value: 0xffffffff },
  { size: "2-gib", title: "2^31", value: 0x80000000 },
  { size: "2-gib-less-1", title: "2^31 - 1", value: 0x7fffffff },
  { size: "64-mib", title: "2^26", value: 0x4000000 },
] as const

/** A header of 6 bytes that may lie about what follows. */
export const lyingFrame = (type: number, size: number, payload: Uint8Array): Buffer => {
  const header = Buffer.alloc(6)
  header.writeUInt16LE(type, 0)
  header.writeUInt32LE(size, 2)
  return Buffer.concat([header, payload])
}

type Act = (channel: SpiceChannel, scene: Scene, session: Session) => Promise<void> | void

/** Acts in an ordinary session with a machine that runs. */
export const inSession =
  (name: ChannelName, act: Act): Play =>
  async (scene) => {
    const session = await scene.ordinary()
    const attacked = channelOf(session, name)
    await settle()
    await act(attacked, scene, session)
    return { main: session.main, attacked }
  }

/** Acts on a channel that awaits its data; a display before the machine runs, as the machine waits for it. */
export const inMigration =
  (name: ChannelName, act: (channel: SpiceChannel, scene: Scene, main: SpiceChannel) => Promise<void> | void): Play =>
  async (scene) => {
    const main = await scene.migrating()
    const attacked = name === "main" ? main : await scene.link(name)
    if (name !== "display") await scene.load()
    await act(attacked, scene, main)
    if (name === "display") await scene.load()
    return { main, attacked }
  }

/** Acts on a channel of a session that says that it comes from elsewhere, on a server that nothing migrates to. */
export const inClaimedMigration =
  (name: ChannelName, act: (channel: SpiceChannel) => void): Play =>
  async (scene) => {
    await scene.load()
    const main = await scene.migrating()
    const attacked = name === "main" ? main : await scene.link(name)
    act(attacked)
    return { main, attacked }
  }
