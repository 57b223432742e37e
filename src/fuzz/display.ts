import { Writable } from "node:stream"
import { type Row, tableOf, totalsOf } from "./progress.js"

/** How a run is told while it lasts. */
export interface Display {
  /** Writes a line that stays. */
  readonly say: (line: string) => void
  /** Writes a line that says no more than a live view does. */
  readonly note: (line: string) => void
  /** Ends the view; what is said then stays all the same. */
  readonly end: () => void
}

/** Where a display writes to, and what calls it time and again. */
export interface Screen {
  readonly write: (text: string) => unknown
  readonly isTTY: boolean
  /** Calls a function every so many milliseconds until the function that it returns is called. */
  readonly every: (milliseconds: number, action: () => void) => () => void
}

/** The real clock; it keeps no process alive. */
export const everySoOften: Screen["every"] = (milliseconds, action) => {
  const timer = setInterval(action, milliseconds).unref()
  return () => clearInterval(timer)
}

/** Lines only, one every ten seconds beside those that are said. */
const plainDisplay = ({ write, every }: Screen, rows: () => readonly Row[]): Display => {
  const say = (line: string) => write(`${line}\n`)
  const stop = every(10_000, () => say(`       ${totalsOf(rows())}`))
  return { say, note: say, end: stop }
}

/** A table that is drawn over itself, below the lines that stay. */
const liveDisplay = async ({ write, every }: Screen, rows: () => readonly Row[]): Promise<Display> => {
  const { createLogUpdate } = await import("log-update")
  const stream = new Writable({
    decodeStrings: false,
    write: (text, _encoding, done) => {
      write(String(text))
      done()
    },
  })
  const view = createLogUpdate(stream, { showCursor: true })
  const draw = () => {
    const { columns, rows: height } = process.stdout
    // A terminal that does not know its size says 0.
    Object.assign(stream, { isTTY: true, columns: columns || 80, rows: height || 24 })
    view(tableOf(rows()).join("\n"))
  }
  const stop = every(250, draw)
  return {
    say: (line) => {
      view.clear()
      write(`${line}\n`)
    },
    note: () => undefined,
    end: () => {
      stop()
      view.clear()
    },
  }
}

/** A live view on a terminal, lines elsewhere. */
export const displayOn = async (screen: Screen, rows: () => readonly Row[]): Promise<Display> =>
  screen.isTTY ? liveDisplay(screen, rows) : plainDisplay(screen, rows)
