import * as E from "fp-ts/lib/Either.js"
import { type JsonText, readJson, textWithin } from "../data/json.js"
import type { Command } from "../qemu/commands.js"
import type { MigrateOptions } from "../qemu/context.js"
import { defaultJsonLimits } from "../qemu/limits.js"
import { notesOf } from "../qemu/notes.js"
import { parseArguments } from "../qemu/parse.js"
import type { Policy } from "../qemu/policy.js"
import { type JudgedLine, logReader } from "../qemu/qmp-log.js"
import type { Release } from "../qemu/versions.js"
import type { Finding } from "../report/finding.js"
import { reasonOf } from "../report/reason.js"
import { filesOf, isUnreadable, readingOnce, reportUnreadable, sourceOf, type Unreadable } from "./input.js"
import { linesOf, type Text, textsOf } from "./json-lines.js"
import { readPolicy } from "./policy.js"
import { type ReportOptions, reportAll } from "./report.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface CheckArgsOptions extends ReportOptions {
  readonly command: Command
  readonly qemuVersion: Release
  readonly draft?: boolean
  readonly policy?: string
}

/** What texts are judged by. */
interface Setting extends Required<MigrateOptions> {
  readonly command: Command
  readonly policy: Policy
}

/** Judges one text of an input after those before it. */
type Judge = (text: Text) => JudgedLine

/** `migration-guard check-args`: checks arguments, QMP commands and logs of them, one JSON object a file or a line, which may have its time in front. */
export const checkArgs = async (
  inputs: readonly string[],
  options: CheckArgsOptions,
  terminal: Terminal,
): Promise<ExitCode> => {
  const policy = await readPolicy(options.policy)
  if (isUnreadable(policy)) {
    reportUnreadable(policy, terminal)
    return exitCode.failed
  }
  const { command, draft = false, qemuVersion } = options
  if (!qemuVersion.isExact)
    terminal.stderr.write(
      `migration-guard: this release of QEMU is taken as ${qemuVersion.version}, the one before it\n`,
    )
  const setting = { command, draft, policy, version: qemuVersion.version }
  return readingOnce(inputs, terminal, () => reportAll(findingsOf(inputs, setting, terminal), options, terminal))
}

/** What QEMU says in a log, which is no command. */
const saidByQemu: ReadonlySet<string> = new Set(["QMP", "return", "error", "event", "data", "timestamp", "id"])

const isSaidByQemu = ({ value }: JsonText): boolean => {
  const names = Object.keys(Object(value))
  return names.some((name) => name !== "id" && name !== "data") && names.every((name) => saidByQemu.has(name))
}

const openBrace = 0x7b
const time = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?:? *$/
const longestTime = 40

/** A line of a log without the time that it may have in front. */
const withoutTime = (text: Text): Text => {
  const start = text.bytes.indexOf(openBrace)
  if (start < 0 || start > longestTime || !time.test(Buffer.from(text.bytes.subarray(0, start)).toString("latin1")))
    return text
  return { ...text, bytes: text.bytes.subarray(start), offset: text.offset + start }
}

/** Judges the texts of a file: commands in their order, and arguments by themselves. */
const jsonJudge = (setting: Setting): Judge => {
  const readCommand = logReader(setting)
  const { command } = setting
  return ({ bytes }) => {
    const json = readJson(bytes, defaultJsonLimits)
    if (E.isLeft(json)) return { command, checked: json, notes: [] }
    if (isSaidByQemu(json.right))
      return { checked: json, notes: [{ path: "", message: "QEMU said this: it is no command." }] }
    const { text, value } = json.right
    return (
      readCommand(json.right) ?? { command, checked: parseArguments(text, setting), notes: notesOf(value, setting) }
    )
  }
}

const optionJudge =
  (setting: Setting): Judge =>
  ({ bytes }) => {
    const text = textWithin(bytes, defaultJsonLimits)
    const option = E.isLeft(text) ? text : E.right(text.right.replace(/\r$/, ""))
    return {
      command: setting.command,
      checked: E.isLeft(option) ? option : parseArguments(option.right, setting),
      notes: E.isLeft(option) ? [] : notesOf({ uri: option.right }, setting),
    }
  }

const isJson = (bytes: Uint8Array): boolean =>
  E.isRight(readJson(withoutTime({ bytes, offset: 0 }).bytes, defaultJsonLimits))

/** The texts of an input: options stand one per line, JSON does so or is one text. */
async function* textsFor(source: AsyncIterable<Uint8Array>, { command }: Setting): AsyncGenerator<Text> {
  if (command !== "incoming") {
    for await (const text of textsOf(source, defaultJsonLimits.maxBytes, isJson)) yield withoutTime(text)
    return
  }
  for await (const line of linesOf(source, defaultJsonLimits.maxBytes)) if (!line.blank) yield line
}

const findingOf = (file: string, { offset, line }: Text, { command, checked, notes }: JudgedLine): Finding => ({
  file,
  ...(line === undefined ? {} : { line }),
  command: command ?? "qmp",
  violations: E.isLeft(checked) ? checked.left.map((violation) => violation.behind(offset)) : [],
  notes,
})

async function* findingsIn(file: string, setting: Setting, terminal: Terminal): AsyncGenerator<Finding | Unreadable> {
  const judge = setting.command === "incoming" ? optionJudge(setting) : jsonJudge(setting)
  try {
    for await (const text of textsFor(sourceOf(file, terminal), setting)) yield findingOf(file, text, judge(text))
  } catch (error) {
    yield { file, reason: reasonOf(error) }
  }
}

async function* findingsOf(
  inputs: readonly string[],
  setting: Setting,
  terminal: Terminal,
): AsyncGenerator<Finding | Unreadable> {
  for (const input of inputs)
    for (const file of await filesOf(input)) {
      if (isUnreadable(file)) yield file
      else yield* findingsIn(file, setting, terminal)
    }
}
