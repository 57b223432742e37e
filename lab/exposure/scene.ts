import { setTimeout as pause } from "node:timers/promises"
import { openChannel, type SpiceChannel } from "../client/channel.js"
import { type ChannelName, mainFromClient, mainFromServer } from "../client/numbers.js"
import { openRaw, type RawChannel } from "../client/raw.js"
import { openSession, type Session, type SessionOptions } from "../client/session.js"
import { words } from "../client/words.js"
import type { Host } from "../migrate/host.js"
import { happens } from "../patience.js"

/** The session that the client claims to have had on the source: any number but 0. */
export const connectionId = 0x5eed

/** A hello of usbredir's, which every client begins with: type, length, id, a version of 64 bytes, and capabilities. */
export const usbredirHello = Buffer.concat([words(0), words(68), words(0), Buffer.alloc(68)])

/** Which channel is linked, and how it is reached: of the claimed session, and as every client does, unless said otherwise. */
export interface Linking {
  readonly id?: number
  /** The connection id; 0 for a new session. */
  readonly of?: number
  readonly port?: number
  /** Whether the client's end stays open when the server has closed its own. */
  readonly allowHalfOpen?: boolean
}

/** A fresh target and what a client may do to it. */
export interface Scene {
  readonly host: Host
  /** Links a channel. */
  readonly link: (channel: ChannelName, linking?: Linking) => Promise<SpiceChannel>
  /** Begins to link a channel that does nothing by itself: the ticket is still to be sent. */
  readonly prepare: (channel: ChannelName, linking?: Linking) => Promise<RawChannel>
  /** Links a channel that does nothing by itself. */
  readonly linkRaw: (channel: ChannelName, linking?: Linking) => Promise<RawChannel>
  /** A main link of the claimed session that the target has acknowledged as the beginning of a seamless migration. */
  readonly migrating: () => Promise<SpiceChannel>
  /** Lets the saved machine in and waits until it runs. */
  readonly load: () => Promise<void>
  /** Starts another QEMU, which waits for a machine. */
  readonly another: () => Promise<Host>
  /** An ordinary session with the running machine. */
  readonly ordinary: (options?: Pick<SessionOptions, "without">) => Promise<Session>
}

/** Lets what was sent arrive and be answered. */
export const settle = (): Promise<void> => pause(40)

/** How long a link may wait for the relay, in milliseconds: a client's patience, and no sign that QEMU hangs. */
const patience = 1_000

const inTime = async <A>({ relay }: Host, link: Promise<A>): Promise<A> => {
  if (relay !== undefined && !(await happens(link, patience))) throw new Error("the relay lets the link wait")
  return link
}

export const sceneOf = (host: Host, state: string, another: Scene["another"]): Scene => {
  const address = { host: "127.0.0.1", port: host.port }

  const link: Scene["link"] = (channel, { id = 0, of = connectionId, ...way } = {}) =>
    inTime(host, openChannel({ address: { ...address, ...way }, channel, id, connectionId: of }))

  const prepare: Scene["prepare"] = (channel, { id = 0, of = connectionId, ...way } = {}) =>
    openRaw({ ...address, ...way }, { channel, id, connectionId: of })

  const linkRaw: Scene["linkRaw"] = async (channel, linking) => {
    const prepared = await prepare(channel, linking)
    prepared.sendTicket()
    const result = await inTime(host, prepared.result())
    if (result !== 0) throw new Error(`the server refused the link of ${channel}: ${result}`)
    return prepared
  }

  const migrating = async (): Promise<SpiceChannel> => {
    const main = await link("main")
    main.send(mainFromClient.migrateDstDoSeamless, words(1))
    const { type } = await main.receive(mainFromServer.migrateDstSeamlessAck, mainFromServer.migrateDstSeamlessNack)
    if (type === mainFromServer.migrateDstSeamlessNack) throw new Error("the migration was declined")
    return main
  }

  const load = async (): Promise<void> => {
    // The guest's shell would end if nobody were at its port when the machine resumes.
    const woken = host.inGuest("true")
    woken.catch(() => undefined)
    await host.ask("migrate-incoming", { uri: `exec:cat '${state}'` })
    await host.event("RESUME")
    // The main loop answers once it has resumed every device.
    await host.ask("query-status")
    await happens(woken, 1_000)
  }

  const ordinary: Scene["ordinary"] = async (options) => {
    await load()
    return openSession({ address, ...options })
  }

  return { host, link, prepare, linkRaw, migrating, load, another, ordinary }
}
