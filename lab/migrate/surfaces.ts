import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { followMigration } from "../client/migration.js"
import { openSession } from "../client/session.js"
import { freePort } from "./free-port.js"
import type { Machine } from "./machine.js"

/** A display of many surfaces, of which the first `photos` are drawn on (lab/surfaces/server.c). */
export interface Surfaces {
  readonly surfaces: number
  readonly photos: number
  readonly jpegWanCompression: NonNullable<Machine["jpegWanCompression"]>
}

const program = new URL("../../.lab/surfaces/server", import.meta.url).pathname

/** One side: it writes a word a line, each of which is waited for, and reads commands. */
const startSide = async (options: readonly string[]) => {
  const port = await freePort()
  const child = spawn(program, ["--port", String(port), ...options], { stdio: ["pipe", "pipe", "inherit"] })
  child.stdin.on("error", () => undefined)
  const ended = once(child, "close")
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const expect = async (word: string): Promise<void> => {
    const { value } = await lines.next()
    if (value !== word) throw new Error(`the server of many surfaces said ${String(value)}, not ${word}`)
  }
  const say = (line: string): void => void child.stdin.write(`${line}\n`)
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL")
    await ended
  }
  return { port, expect, say, stop }
}

/** Moves such a display from one server to another, and gives the data of it that the source wrote. */
export const surfacesBlob = async ({ surfaces, photos, jpegWanCompression }: Surfaces): Promise<Buffer> => {
  const options = [
    ...["--surfaces", String(surfaces), "--photos", String(photos)],
    ...["--jpeg-wan-compression", jpegWanCompression],
  ]
  const [source, target] = await Promise.all([startSide(options), startSide([...options, "--incoming"])])
  try {
    await Promise.all([source.expect("ready"), target.expect("ready")])
    const session = await openSession({ address: { host: "127.0.0.1", port: source.port } })
    await source.expect("drawn")
    const following = followMigration(session, async () => {
      await source.expect("connected")
      source.say("end")
      target.say("start")
    })
    source.say(`migrate 127.0.0.1 ${target.port}`)
    const migrated = await following
    await Promise.all([source.expect("migrated"), target.expect("started")])
    migrated.session.close()
    const blob = migrated.blobs.find(({ channel }) => channel === "display")
    if (blob === undefined) throw new Error("the display had no data")
    return blob.bytes
  } finally {
    await Promise.all([source.stop(), target.stop()])
  }
}
