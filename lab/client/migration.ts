import type { NetConnectOpts } from "node:net"
import { fromClient } from "../../src/spice/wire/messages.js"
import { openChannel, type SpiceChannel } from "./channel.js"
import { fromServer, mainFromClient, mainFromServer, migrateFlags } from "./numbers.js"
import { type Session, sessionOf } from "./session.js"
import { words } from "./words.js"

/** What a client may do on its way over beyond what it has to. */
export interface OnTheWay {
  /** Called for each channel when the VM has stopped: what is sent now the source reads, and cannot give to a device. */
  readonly beforeFlush?: (channel: SpiceChannel) => void
  /** What the target gets for a channel's migration data: anything. */
  readonly relay?: (channel: SpiceChannel, blob: Buffer) => Promise<Uint8Array> | Uint8Array
}

/** How a migration went, seen from the client. */
export interface Migrated {
  /** Whether the target took part in seamless migration: otherwise no data is relayed. */
  readonly seamless: boolean
  /** The session on the target. */
  readonly session: Session
  readonly blobs: readonly Blob[]
}

/** Migration data as the source sent it. */
export interface Blob {
  readonly channel: SpiceChannel["name"]
  readonly id: number
  readonly bytes: Buffer
}

interface Destination {
  readonly address: NetConnectOpts
  readonly sourceVersion: number
}

/** MIGRATE_BEGIN_SEAMLESS: port, TLS port, the host's size and offset, the certificate subject's, and the source's version. */
const destinationOf = (payload: Buffer): Destination => {
  const at = payload.readUInt32LE(8)
  const host = payload.toString("latin1", at, at + payload.readUInt32LE(4)).replace(/\0.*$/s, "")
  return { address: { host, port: payload.readUInt16LE(0) }, sourceVersion: payload.readUInt32LE(20) }
}

/** A session on the target beside the one on the source, and whether the target takes part. */
const prepare = async (source: Session): Promise<{ readonly target: Session; readonly seamless: boolean }> => {
  const begin = await source.main.receive(mainFromServer.migrateBeginSeamless)
  const { address, sourceVersion } = destinationOf(begin.payload)
  const options = { ...source.options, address }
  const { connectionId } = source
  const link = ({ name, id }: SpiceChannel): Promise<SpiceChannel> =>
    openChannel({ ...options, channel: name, id, connectionId })
  // The target has to know the session before it takes the others.
  const main = await link(source.main)
  main.send(mainFromClient.migrateDstDoSeamless, words(sourceVersion))
  const answer = await main.receive(mainFromServer.migrateDstSeamlessAck, mainFromServer.migrateDstSeamlessNack)
  const seamless = answer.type === mainFromServer.migrateDstSeamlessAck
  const others = await Promise.all(source.channels.filter(({ name }) => name !== "main").map(link))
  source.main.send(seamless ? mainFromClient.migrateConnectedSeamless : mainFromClient.migrateConnected)
  // The list of channels once more: when it is here, the source has read what was sent before.
  source.main.send(mainFromClient.attachChannels)
  await source.main.receive(mainFromServer.channelsList)
  return { target: sessionOf(connectionId, options, main, others), seamless }
}

/** A channel's way over: it is flushed and its data taken, if the server asks for it. */
const move = async (
  from: SpiceChannel,
  to: SpiceChannel,
  { beforeFlush, relay }: OnTheWay,
): Promise<readonly Blob[]> => {
  const flags = (await from.receive(fromServer.migrate)).payload.readUInt32LE(0)
  if ((flags & migrateFlags.needFlush) !== 0) {
    beforeFlush?.(from)
    from.send(fromClient.migrateFlushMark)
  }
  const blobs: Blob[] = []
  if ((flags & migrateFlags.needDataTransfer) !== 0) {
    const { payload } = await from.receive(fromServer.migrateData)
    to.send(fromClient.migrateData, relay === undefined ? payload : await relay(from, payload))
    blobs.push({ channel: from.name, id: from.id, bytes: payload })
  }
  return blobs
}

/**
 * Follows a migration to the target as spice-gtk 0.42 does, from the source's announcement on: `ready` is called when
 * all channels are linked there, and without that no data would be sent.
 */
export const followMigration = async (
  source: Session,
  ready: () => Promise<unknown>,
  onTheWay: OnTheWay = {},
): Promise<Migrated> => {
  const { target, seamless } = await prepare(source)
  await ready()
  if (!seamless) {
    await source.main.receive(mainFromServer.migrateEnd)
    target.main.send(mainFromClient.migrateEnd)
    await target.main.receive(mainFromServer.init)
    source.close()
    return { seamless, session: target, blobs: [] }
  }
  const moves = source.channels.map(async (from, index) => {
    const to = target.channels[index]
    return to === undefined ? [] : move(from, to, onTheWay)
  })
  const blobs = (await Promise.all(moves)).flat()
  // Not before: a server that loses main ends the whole session, and data that it has not sent yet is lost.
  source.close()
  return { seamless, session: target, blobs }
}
