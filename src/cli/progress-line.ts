import { printable } from "../report/printable.js"
import type { Terminal } from "./stdio.js"

/** Milliseconds between two looks of a line that nobody reads faster. */
const interval = 100

/** A line on the terminal that says how far a command has come, and is gone when it has ended. */
export interface ProgressLine {
  /** Shows a text, unless the last one is too fresh. */
  readonly show: (text: () => string) => void
  /** Takes the line away, so that something else can be written. */
  readonly clear: () => void
}

/** A line of progress on standard error, where that is a terminal and it is wanted; otherwise nothing. */
export const progressLineOn = ({ stderr }: Terminal, wanted: boolean): ProgressLine => {
  if (!wanted || stderr.isTTY !== true) return { show: () => {}, clear: () => {} }
  let shown = Number.NEGATIVE_INFINITY
  return {
    show: (text) => {
      const now = performance.now()
      if (now - shown < interval) return
      shown = now
      stderr.write(`\r${printable(text())}\u001b[K`)
    },
    clear: () => {
      if (shown === Number.NEGATIVE_INFINITY) return
      shown = Number.NEGATIVE_INFINITY
      stderr.write("\r\u001b[K")
    },
  }
}
