import { isIndex } from "../corpus.js"
import type { Finding } from "../report/finding.js"
import type { Channel } from "../spice/receiver.js"
import { failFor, filesOf, isUnreadable, type ReadOptions, readInput, readingOnce, type Unreadable } from "./input.js"
import { judgeBlob } from "./judge.js"
import { type ReceiverOptions, receiverOfOptions } from "./receiver.js"
import { type ReportOptions, reportAll } from "./report.js"
import type { ExitCode, Terminal } from "./stdio.js"

export interface CheckOptions extends Omit<ReportOptions, "total">, ReceiverOptions {
  readonly channel?: Channel
  readonly skipHeader?: boolean
}

/** Whether a file in a directory is to be judged: all are, but not the index that `extract` writes beside blobs. */
const isBlob = async (file: string): Promise<boolean> => !(await isIndex(file))

/** `migration-guard check`: decodes every input and reports what is wrong with it. */
export const checkFiles = async (
  inputs: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<ExitCode> => {
  const receiver = await receiverOfOptions(options)
  if (isUnreadable(receiver)) return failFor(receiver, terminal)
  const { channel, skipHeader = false } = options
  return readingOnce(inputs, terminal, async () => {
    const files = (await Promise.all(inputs.map((input) => filesOf(input, isBlob)))).flat()
    const findings = findingsOf(files, { receiver, channel, skipHeader }, terminal)
    return reportAll(findings, { ...options, total: files.length }, terminal)
  })
}

async function* findingsOf(
  files: readonly (string | Unreadable)[],
  options: ReadOptions,
  terminal: Terminal,
): AsyncGenerator<Finding | Unreadable> {
  for (const file of files) {
    const blob = isUnreadable(file) ? file : await readInput(file, terminal, options)
    yield isUnreadable(blob) ? blob : judgeBlob(String(file), blob, options.receiver)
  }
}
