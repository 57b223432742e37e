import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as delay } from "node:timers/promises"
import type { Blob } from "../client/migration.js"
import { announce, readyToMove } from "./hop.js"
import type { Host } from "./host.js"
import { record } from "./recorder.js"

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, "close")
  child.kill("SIGKILL")
  await gone
}

/** An X server of its own, by the name that its clients know it by. */
const startXvfb = async (): Promise<{ readonly display: string; readonly stop: () => Promise<void> }> => {
  const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  })
  const numbers = child.stdio[3]
  if (numbers === null || numbers === undefined || !("read" in numbers)) throw new Error("no pipe from Xvfb")
  const [number] = await once(createInterface({ input: numbers }), "line")
  return { display: `:${String(number)}`, stop: () => end(child) }
}

/** Starts spice-gtk's client on a server of loopback, for `use`, and ends it in any case. */
const withSpicy = async <A>(port: number, use: () => Promise<A>): Promise<A> => {
  const home = mkdtempSync(join(tmpdir(), "spicy-"))
  const { display, stop } = await startXvfb()
  const client = spawn("spicy", [`--uri=spice://127.0.0.1:${port}`, "--spice-smartcard"], {
    env: { ...process.env, DISPLAY: display, HOME: home, XDG_RUNTIME_DIR: home },
    stdio: "ignore",
  })
  try {
    return await use()
  } finally {
    await end(client)
    await stop()
    rmSync(home, { recursive: true, force: true })
  }
}

/** Waits for a condition that nobody announces, for at most 20 s. */
const until = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 20_000; !(await condition()); await delay(50))
    if (Date.now() > deadline) throw new Error(`${what}: not within 20 s`)
}

interface SpiceInfo {
  readonly channels?: readonly unknown[]
}

/** How many channels a host's clients have. */
const channelCount = async (host: Host): Promise<number> =>
  ((await host.ask("query-spice")) as SpiceInfo).channels?.length ?? 0

/** A migration that spicy took part in. */
export interface SpicyHop {
  readonly kind: "seamless" | "semi-seamless"
  readonly blobs: readonly Blob[]
  readonly completed: boolean
  /** Channels of the client on the source and, afterwards, on the target. */
  readonly channels: readonly [before: number, after: number]
}

/**
 * Moves a machine whose client is spicy, with recorders in front of both hosts. `channels` says how many spicy opens;
 * `prepare` is called when it has.
 */
export const spicyHop = async (
  source: Host,
  target: Host,
  channels: number,
  prepare: () => Promise<void> = async () => undefined,
): Promise<SpicyHop> => {
  const [there, here] = await Promise.all([record(target.port), record(source.port)])
  try {
    return await withSpicy(here.port, async () => {
      await until("spicy opens its channels", async () => (await channelCount(source)) >= channels)
      await prepare()
      const before = await channelCount(source)
      const move = await readyToMove(source, target)
      await announce(source, there.port)
      const kind = await here.connected
      // Two rounds of the source's main loop: it has read by now what was passed on to it.
      for (let round = 0; round < 2; round++) await source.ask("query-status")
      await move()
      const completed = await source.event("SPICE_MIGRATE_COMPLETED")
      if (!(await target.event("RESUME"))) throw new Error(`the target ended: ${target.complaints()}`)
      await until("spicy has its channels on the target", async () => (await channelCount(target)) >= before)
      return { kind, blobs: there.blobs, completed, channels: [before, await channelCount(target)] }
    })
  } finally {
    here.close()
    there.close()
  }
}
