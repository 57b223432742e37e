import pc from "picocolors"
import type { Colors } from "picocolors/types.js"

/** What a command reads from and writes to. */
export interface Terminal {
  readonly stdin: AsyncIterable<Uint8Array>
  readonly stdout: Output
  readonly stderr: Output
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface Output {
  readonly write: (text: string | Uint8Array) => unknown
  readonly isTTY?: boolean | undefined
  /** The width of a terminal, in characters. */
  readonly columns?: number | undefined
}

/** What a command ends with: all accepted; something rejected; usage, input or output failed. */
export const exitCode = { accepted: 0, rejected: 1, failed: 2 } as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** What a shell says of a program that SIGPIPE ended: whoever read the output has seen enough. */
export const brokenPipe = 141

/**
 * Colours on a terminal that can show them; FORCE_COLOR wants them elsewhere too, or with 0 nowhere; NO_COLOR wants none
 * whatever the others say.
 */
export const colorsFor = ({ stdout, environment }: Terminal): Colors => {
  const { NO_COLOR: refused, FORCE_COLOR: forced, TERM: terminal } = environment
  const able = stdout.isTTY === true && terminal !== "dumb"
  return pc.createColors(!refused && (forced ? forced !== "0" : able))
}

/** The width that texts are broken to: a terminal's, never less than 40; undefined for files and pipes. */
export const columnsOf = ({ isTTY, columns }: Output): number | undefined =>
  isTTY === true && columns !== undefined && columns > 0 ? Math.max(columns, 40) : undefined
