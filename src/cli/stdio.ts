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
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean | undefined
}

/** What a command ends with: all accepted; something rejected; usage, input or output failed. */
export const exitCode = { accepted: 0, rejected: 1, failed: 2 } as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** Colours on a terminal that can show them, unless NO_COLOR says no. */
export const colorsFor = ({ stdout, environment }: Terminal): Colors => {
  const { NO_COLOR: refused, TERM: terminal } = environment
  return pc.createColors(stdout.isTTY === true && !refused && terminal !== "dumb")
}
