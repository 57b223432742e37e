import type { NetConnectOpts } from "node:net"
import { openChannel, type SpiceChannel } from "./channel.js"
import { fromClient, fromServer, mainFromClient, mainFromServer, migrateFlags } from "./numbers.js"
import { type Session, sessionOf } from "./session.js"

/** What a client may do with a channel's migration data before the target gets it: anything. */
export type Relay = (channel: SpiceChannel, blob: Buffer) => Promise<Uint8Array> | Uint8Array

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

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
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
  main.send(mainFromClient.migrateDstDoSeamless, word(sourceVersion))
  const answer = await main.receive(mainFromServer.migrateDstSeamlessAck, mainFromServer.migrateDstSeamlessNack)
  const seamless = answer.type === mainFromServer.migrateDstSeamlessAck
  const others = await Promise.all(source.channels.filter(({ name }) => name !== "main").map(link))
  source.main.send(seamless ? mainFromClient.migrateConnectedSeamless : mainFromClient.migrateConnected)
  // The list of channels once more: when it is here, the source has read what was sent before.
  source.main.send(mainFromClient.attachChannels)
  await source.main.receive(mainFromServer.channelsList)
  return { target: sessionOf(connectionId, options, main, others), seamless }
}

/** A channel's way over: it is flushed and its data taken, if the server asks for it, and handed on as `relay` likes. */
const move = async (from: SpiceChannel, to: SpiceChannel, relay: Relay): Promise<readonly Blob[]> => {
  const flags = (await from.receive(fromServer.migrate)).payload.readUInt32LE(0)
  if ((flags & migrateFlags.needFlush) !== 0) from.send(fromClient.migrateFlushMark)
  if ((flags & migrateFlags.needDataTransfer) === 0) {
    from.close()
    return []
  }
  const { payload } = await from.receive(fromServer.migrateData)
  to.send(fromClient.migrateData, await relay(from, payload))
  from.close()
  return [{ channel: from.name, id: from.id, bytes: payload }]
}

/**
 * Follows a migration to the target as spice-gtk 0.42 does, from the source's announcement on: `ready` is called when
 * all channels are linked there, and without that no data would be sent.
 */
export const followMigration = async (
  source: Session,
  ready: () => Promise<unknown>,
  relay: Relay = (_, blob) => blob,
): Promise<Migrated> => {
  const { target, seamless } = await prepare(source)
  await ready()
  if (!seamless) {
    await source.main.receive(mainFromServer.migrateEnd)
    target.main.send(mainFromClient.migrateEnd)
    await target.main.receive(mainFromServer.init)
    return { seamless, session: target, blobs: [] }
  }
  const moves = source.channels.map(async (from, index) => {
    const to = target.channels[index]
    return to === undefined ? [] : move(from, to, relay)
  })
  return { seamless, session: target, blobs: (await Promise.all(moves)).flat() }
}
