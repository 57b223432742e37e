import type { FileHandle } from "node:fs/promises"
import { join } from "node:path"
import ipaddr from "ipaddr.js"
import type { Side } from "../../capture/types.js"
import { type ConnectionWriter, captureHead, type Endpoint, writeConnection } from "../../capture/write.js"
import type { Address } from "../config/address.js"
import { codeOf } from "../failure.js"
import type { Peer } from "../listen/listener.js"
import { type BoundedFolder, boundedFolder, type FolderSettings, openNew } from "./folder.js"
import type { Log } from "./log.js"

/** What is recorded of a connection; none of it waits for the disk. */
export interface Recording {
  /** What passes from a side to the other; it is copied. */
  readonly passed: (from: Side, bytes: Uint8Array) => void
  readonly closed: () => void
}

/** Records what passes. */
export interface Recorder {
  /** Records a connection, if anything is recorded. */
  readonly record: (connection: number, peer: Peer | undefined, target: Address, targetName: string) => Recording
  /** Records there from now on, or nowhere. */
  readonly use: (settings: FolderSettings | undefined) => void
  /** Resolves once everything is written. */
  readonly idle: () => Promise<void>
  /** Ends the file. */
  readonly close: () => Promise<void>
}

/** What becomes of what passes; `dropped`: more waits for the disk than may, or writing has just failed. */
export const recordings = ["written", "dropped", "failed"] as const

/** What a recorder needs of the relay. */
export interface RecorderSurroundings {
  readonly log: Log
  /** The time in milliseconds since 1970. */
  readonly date: () => number
  readonly count: (recording: (typeof recordings)[number], bytes: number) => void
  /** Opens a file; a test's may fail. */
  readonly open?: (path: string) => Promise<Pick<FileHandle, "writeFile" | "close">>
}

/** What waits for the disk at a time, in bytes. */
const mostWaiting = 16 << 20

/** What is written at once, in bytes. */
const mostAtOnce = 1 << 18

/** How long nothing is recorded after a failure, in milliseconds. */
const pause = 10_000

const nobody: Recording = { passed: () => undefined, closed: () => undefined }

const stemOf = (file: string): string | undefined => /^(\d{8}T\d{9}Z-\d+-\d+)\.pcapng$/.exec(file)?.[1]

/** 20261128T120000000Z: names in the order of time. */
const stamp = (time: number): string => new Date(time).toISOString().replace(/[-:.]/g, "")

/** An address of documentation (RFC 5737), for an end that has none. */
const invented = (network: readonly number[], number: number): Endpoint => ({
  address: Uint8Array.of(...network, 1 + (number % 254)),
  port: 1024 + (number % 64_000),
})

const endpointOf = (host: string, port: number): Endpoint | undefined =>
  ipaddr.isValid(host) ? { address: Uint8Array.from(ipaddr.parse(host).toByteArray()), port } : undefined

/** A file that is being written. */
interface File {
  readonly handle: Pick<FileHandle, "writeFile" | "close">
  readonly name: string
  readonly stem: string
  readonly began: number
  size: number
}

/**
 * Records what passes as pcapng: packets that there never were, with the bytes of either side in the clear, TLS or not. A
 * file that is large enough is followed by another, and the oldest give way; put together in the order of their names
 * they are one capture. A disk that is full or slow holds nobody up: what finds no room is counted, and is a gap.
 */
export const recorderOf = ({ log, date, count, open = openNew }: RecorderSurroundings): Recorder => {
  let settings: FolderSettings | undefined
  let folder: BoundedFolder | undefined
  let file: File | undefined
  let pending: Uint8Array[] = []
  let waiting = 0
  let isWriting = false
  let files = 0
  /** Nothing is recorded before. */
  let resumes = Number.NEGATIVE_INFINITY
  let turn: Promise<void> = Promise.resolve()
  const servers = new Map<string, number>()

  const endFile = async (): Promise<void> => {
    const ended = file
    file = undefined
    await ended?.handle.close()
  }

  const append = async (to: File, bytes: Uint8Array): Promise<void> => {
    await to.handle.writeFile(bytes)
    to.size += bytes.length
    folder?.add(to.stem, to.name, bytes.length, date())
  }

  /** Begins a file, with room for all of it. */
  const beginFile = async (to: FolderSettings, most: number): Promise<File> => {
    await endFile()
    folder ??= await boundedFolder(to, stemOf)
    await folder.makeRoom(Math.min(most, to.maxBytes), date())
    const stem = `${stamp(date())}-${process.pid}-${++files}`
    const name = `${stem}.pcapng`
    const begun = { handle: await open(join(to.directory, name)), name, stem, began: date(), size: 0 }
    file = begun
    await append(begun, captureHead)
    return begun
  }

  /** The file that so many bytes more go to. */
  const fileFor = async (to: FolderSettings, bytes: number): Promise<File> => {
    const most = Math.floor(to.maxBytes / to.maxFiles)
    const oldest = date() - (to.maxAgeSeconds * 1000) / to.maxFiles
    if (file !== undefined && file.began >= oldest && file.size + bytes <= most) return file
    return beginFile(to, Math.max(most, captureHead.length + bytes))
  }

  /** The next of what waits: as many packets as make one write worth while. */
  const nextBatch = (): Uint8Array => {
    let [count, size] = [0, 0]
    for (const packet of pending) {
      if (count > 0 && size + packet.length > mostAtOnce) break
      count++
      size += packet.length
    }
    return Buffer.concat(pending.splice(0, count))
  }

  /** Writes what waits, and what comes meanwhile, until there are other settings: those have a turn of their own. */
  const writePending = async (): Promise<void> => {
    const to = settings
    while (pending.length > 0 && settings === to) {
      const bytes = nextBatch()
      if (to === undefined) count("dropped", bytes.length)
      else {
        await append(await fileFor(to, bytes.length), bytes)
        count("written", bytes.length)
      }
      waiting -= bytes.length
    }
  }

  const failed = async (error: unknown): Promise<void> => {
    count("failed", waiting)
    pending = []
    waiting = 0
    folder = undefined
    resumes = date() + pause
    log("error", "what passes cannot be recorded", { code: codeOf(error) })
    // The file may end inside a packet: nothing is added to it.
    await endFile().catch(() => undefined)
  }

  const write = (bytes: Uint8Array): void => {
    if (date() < resumes || waiting + bytes.length > mostWaiting) {
      count("dropped", bytes.length)
      return
    }
    pending.push(bytes)
    waiting += bytes.length
    if (!isWriting) start()
  }

  const start = (): void => {
    isWriting = true
    turn = turn
      .then(writePending)
      .catch(failed)
      .finally(() => {
        isWriting = false
        if (pending.length > 0) start()
      })
  }

  const serverAt = (target: Address, name: string): Endpoint => {
    const known = "host" in target ? endpointOf(target.host, target.port) : undefined
    if (known !== undefined) return known
    const number = servers.get(name) ?? servers.size
    servers.set(name, number)
    return invented([198, 51, 100], number)
  }

  return {
    record: (connection, peer, target, targetName) => {
      if (settings === undefined) return nobody
      const client = peer === undefined ? undefined : endpointOf(peer.address, peer.port)
      const ends = [client ?? invented([192, 0, 2], connection), serverAt(target, targetName)] as const
      let writer: ConnectionWriter | undefined
      return {
        passed: (from, bytes) => {
          if (bytes.length === 0) return
          if (writer === undefined) {
            writer = writeConnection(...ends, connection)
            write(writer.begin(date()))
          }
          for (const packet of writer.said(from, bytes, date())) write(packet)
        },
        closed: () => {
          if (writer !== undefined) write(writer.end(date()))
        },
      }
    },
    use: (next) => {
      if (JSON.stringify(next) === JSON.stringify(settings)) return
      settings = next
      turn = turn
        .then(async () => {
          folder = undefined
          await endFile()
        })
        .catch(failed)
    },
    idle: () => turn,
    close: async () => {
      await turn
      await endFile()
    },
  }
}
