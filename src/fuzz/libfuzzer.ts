/** What jazzer.js and libFuzzer write, read back. */

/** How far a process has come. */
export interface FuzzProgress {
  readonly executions: number
  /** The time that some of the executions took, and how many. */
  readonly counted: { readonly executions: number; readonly milliseconds: number }
  /** Edges of the code under test that some input went through. */
  readonly coverage: number
  /** Inputs that each go some way that no other goes. */
  readonly corpus: number
}

export const noProgress: FuzzProgress = {
  executions: 0,
  counted: { executions: 0, milliseconds: 0 },
  coverage: 0,
  corpus: 0,
}

const numberIn = (line: string, pattern: RegExp): number | undefined => {
  const digits = pattern.exec(line)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** How far a process has come once it has written a line, such as `#1024 NEW cov: 8 ft: 9 corp: 4/7b lim: 8`. */
export const progressAfter = (progress: FuzzProgress, line: string): FuzzProgress => {
  const executions = numberIn(line, /^#(\d+)\s/) ?? numberIn(line, /^stat::number_of_executed_units:\s+(\d+)/)
  const edges = numberIn(line, /^MERGE-OUTER: .* (\d+) new coverage edges/)
  const milliseconds = numberIn(line, /^#\d+\tcounted in ms: (\d+)/)
  if (executions === undefined && edges === undefined) return progress
  return {
    counted: milliseconds === undefined ? progress.counted : { executions: executions ?? 0, milliseconds },
    executions: Math.max(progress.executions, executions ?? 0),
    coverage: Math.max(progress.coverage, edges ?? numberIn(line, /\scov: (\d+)/) ?? 0),
    corpus: numberIn(line, /\scorp: (\d+)\//) ?? progress.corpus,
  }
}

/** What was wrong with an input. */
export interface FuzzFailure {
  /** What was thrown, or what libFuzzer says of it. May hold bytes of the input. */
  readonly message: string
  /** From the innermost function on; empty where libFuzzer knows none. */
  readonly stack: readonly string[]
}

const firstLine = /^==\d+== (?:Uncaught Exception: |ERROR: )?(.*)$/
const stackLine = /^ {4}at /

/** The runner's own part of a stack. */
const ownFrame = /[\\/]counted[\\/][^\\/]+\.cjs:/

/** What comes behind an error: libFuzzer's account of the input. */
const behind = /^(?:MS: \d|NOTE: |SUMMARY: |artifact_prefix=|stat::|Done \d)/

/** The first failure that some output tells of. */
export const failureIn = (lines: readonly string[]): FuzzFailure | undefined => {
  const start = lines.findIndex((line) => firstLine.test(line))
  const first = firstLine.exec(lines[start] ?? "")?.[1]
  if (first === undefined) return undefined
  const rest = lines.slice(start + 1)
  const ends = rest.findIndex((line) => behind.test(line) || firstLine.test(line))
  const told = ends < 0 ? rest : rest.slice(0, ends)
  const frames = told.findIndex((line) => stackLine.test(line))
  const more = first.startsWith("libFuzzer: ") ? [] : told.slice(0, frames < 0 ? told.length : frames)
  return {
    message: [first, ...more].join("\n").trimEnd(),
    stack: told.filter((line) => stackLine.test(line) && !ownFrame.test(line)).map((line) => line.trim()),
  }
}

/** The part of a message that does not quote the input: its first words, without their numbers. */
const wordsOf = ({ message }: FuzzFailure): string =>
  /^[^:\n]*:?[^:'"`\n]*/.exec(message)?.[0].replace(/0x[0-9a-f]+|\d+/gi, "N") ?? ""

/** What two failures have in common that come from one bug: what is said, and the way to where, however often. */
export const signatureOf = (failure: FuzzFailure): string => [wordsOf(failure), ...new Set(failure.stack)].join("\n")
