import { execFileSync } from "node:child_process"
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { temporaryFolder } from "./harness.js"

const { O_NONBLOCK, O_RDWR } = constants

/** Does something with a pipe until the system says that it would have to wait; returns what each time brought. */
const untilItWaits = <A>(act: () => A): readonly A[] => {
  const results: A[] = []
  for (;;) {
    try {
      results.push(act())
    } catch (error) {
      if (!(error instanceof Error) || Reflect.get(error, "code") !== "EAGAIN") throw error
      return results
    }
  }
}

const filling = Buffer.alloc(1, " ")

/** A pipe whose reader has stalled: nothing more fits into it. Returns its writing end, and what reads all that is in it. */
export const fullPipe = () => {
  const path = join(temporaryFolder(), "pipe")
  execFileSync("mkfifo", [path])
  const reading = openSync(path, O_RDWR | O_NONBLOCK)
  const writing = openSync(path, constants.O_WRONLY)
  onTestFinished(() => {
    closeSync(reading)
    closeSync(writing)
  })
  untilItWaits(() => writeSync(reading, Buffer.alloc(4096, filling)))
  const chunk = Buffer.alloc(0x10000)
  const read = (): string =>
    untilItWaits(() => chunk.toString("latin1", 0, readSync(reading, chunk, 0, chunk.length, null))).join("")
  return { writing, read }
}
