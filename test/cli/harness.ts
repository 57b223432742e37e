import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { onTestFinished } from "vitest"
import { readIndex, root } from "../../scripts/corpus.js"
import { runProgram } from "../../src/cli/program.js"
import type { ExitCode } from "../../src/cli/stdio.js"
import { type CorpusEntry, isGenuine } from "../../src/corpus.js"

/** What surrounds a run of the command line; by default no terminal, an empty environment and nothing on stdin. */
export interface Surroundings {
  readonly stdin?: Uint8Array | AsyncIterable<Uint8Array>
  readonly isTTY?: boolean
  /** Whether standard error alone is a terminal. */
  readonly isErrorTTY?: boolean
  readonly columns?: number
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Called before each write to stdout. */
  readonly onWrite?: () => void
  /** Called with what is written to stdout as bytes. */
  readonly onBytes?: (bytes: Uint8Array) => void
}

export interface Outcome {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** Runs the command line in this process and records what it writes. */
export const runCli = async (argv: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> => {
  const { stdin = new Uint8Array(), isTTY = false, environment = {}, onWrite, onBytes, columns } = surroundings
  const written = { out: "", err: "" }
  const code = await runProgram(argv, {
    stdin: stdin instanceof Uint8Array ? inPieces(stdin) : stdin,
    stdout: {
      isTTY,
      columns,
      write: (text) => {
        onWrite?.()
        if (typeof text === "string") written.out += text
        else onBytes?.(text)
      },
    },
    stderr: {
      isTTY: surroundings.isErrorTTY ?? isTTY,
      write: (text) => {
        written.err += text
      },
    },
    environment,
  })
  return { code, ...written }
}

/** Bytes as they may arrive on standard input. */
export async function* inPieces(bytes: Uint8Array, size = 65536): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

/** The lines of an output, each of which has to be ended. */
export const linesOf = (output: string): readonly string[] => {
  const lines = output.split("\n")
  if (lines.pop() !== "") throw new Error("the last line is not ended")
  return lines
}

/** What `--format json` writes for one input. */
export interface JsonFinding {
  readonly file: string
  readonly command?: string
  readonly channel: string | null
  readonly verdict: string
  readonly violations: readonly JsonViolation[]
  readonly notes: readonly { readonly path: string; readonly message: string }[]
}

export interface JsonViolation {
  readonly code: string
  readonly rule: string
  readonly path: string
  readonly offset: number
  readonly length: number
  readonly message: string
}

export const jsonFindings = (out: string): readonly JsonFinding[] => linesOf(out).map((line) => JSON.parse(line))

/** A new folder that is removed when the test ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "migration-guard-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a file, and the folders above it; returns its path. */
export const place = (path: string, bytes: Uint8Array | string): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return path
}

/** A copy of some bytes with those at the given offsets replaced. */
export const edited = (bytes: Uint8Array, edits: Readonly<Record<number, number>>): Uint8Array => {
  const copy = Uint8Array.from(bytes)
  for (const [offset, byte] of Object.entries(edits)) copy[Number(offset)] = byte
  return copy
}

export const longer = (bytes: Uint8Array, size: number): Uint8Array => {
  const copy = new Uint8Array(size)
  copy.set(bytes)
  return copy
}

const corpusFile = (file: string): string => join(root, "corpus", file)

export const pathOf = ({ file }: CorpusEntry): string => corpusFile(file)

/** The path of a capture of each format; `display` is right for a target with jpeg-wan-compression=always. */
export const captureOf = {
  main: corpusFile("main/genuine/main-agent.bin"),
  display: corpusFile("display/genuine/display-base.bin"),
  inputs: corpusFile("inputs/genuine/inputs-base.bin"),
  spicevmc: corpusFile("spicevmc/genuine/usbredir-base.bin"),
  smartcard: corpusFile("smartcard/genuine/smartcard-base.bin"),
} as const

export const bytesOf = (path: string): Uint8Array => Uint8Array.from(readFileSync(path))

/** The options that tell the command line what the index knows of a blob. */
export const optionsOf = ({ channel, receiver }: CorpusEntry): readonly string[] => [
  "--channel",
  channel,
  ...targetOptionsOf({ receiver }),
]

/** Those of them that say what the target is, and how the blob came to it. */
export const targetOptionsOf = ({ receiver }: Pick<CorpusEntry, "receiver">): readonly string[] => [
  "--jpeg-wan-compression",
  receiver.jpegWanCompression ?? "auto",
  ...(receiver.provenance === "sealed" ? ["--sealed"] : []),
]

const index = readIndex()

/** Every blob that a real server has written. */
export const genuine = index.filter(isGenuine)

/** Those of them that are small, and whose every byte is in a table. */
export const captures = genuine.filter(({ origin }) => origin === "capture")

/** About a hundred hostile blobs from all over the corpus, of those whose receiver the command line can be told of. */
export const hostileSample = index
  .filter(({ verdict }) => verdict === "reject")
  .filter(({ receiver }) => Object.keys(receiver).every((member) => member === "jpegWanCompression"))
  .filter((_, position) => position % 11 === 0)

/** What a terminal might obey. */
export const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** The lines of an output that a terminal might obey more of than their ends. */
export const unsafeLines = (output: string): readonly string[] => output.split("\n").filter((line) => unsafe.test(line))

/** File names that attack whoever prints them, each of which Linux allows. */
export const nastyNames: readonly (readonly [what: string, name: string])[] = [
  ["a newline", "a\naccept  main  b"],
  ["a carriage return", "reject\raccept"],
  ["a tab", "a\tb"],
  ["a terminal's escape sequence", "\u001b[2J\u001b[31mred"],
  ["a window title", "\u001b]0;title\u0007accept"],
  ["a backspace", "reject\b\b\b\b\b\baccept"],
  ["DEL", "a\u007fb"],
  ["C1 controls", "a\u0085b\u009b31mc"],
  ["a right-to-left override", "blob\u202enib.exe"],
  ["isolates", "\u2066a\u2069"],
  ["invisible characters", "a\u200b\u00ad\u2060\ufeffb"],
  ["line and paragraph separators", "a\u2028b\u2029c"],
  ["an astral format character", "a\u{e0041}b"],
  ["quotes and backslashes", 'a"b\\c\\u001b'],
  ["spaces and percent signs", " a b%20c%.bin "],
  ["the syntax of URIs", "http:?a=b#c&d"],
  ["the name of a prototype", "x.__proto__"],
  ["letters of many planes", "gr\u00fc\u00dfe-\u65e5\u672c-\u{1f600}"],
]
