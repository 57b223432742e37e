import * as E from "fp-ts/lib/Either.js"
import { completionOrder, maxLogBytes } from "../qemu/completion.js"
import type { Finding } from "../report/finding.js"
import { reasonOf } from "../report/reason.js"
import { readingOnce, sourceOf, type Unreadable } from "./input.js"
import { type ReportOptions, reportAll } from "./report.js"
import type { ExitCode, Terminal } from "./stdio.js"

/** `migration-guard completion-order`: judges the order of a migration by the QMP logs of its source and its target. */
export const judgeCompletion = (
  logs: readonly [source: string, target: string],
  options: ReportOptions,
  terminal: Terminal,
): Promise<ExitCode> => readingOnce(logs, terminal, () => reportAll(findingsOf(logs, terminal), options, terminal))

/** All of a log, or one byte more than a log may have. */
const read = async (file: string, terminal: Terminal): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of sourceOf(file, terminal)) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxLogBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxLogBytes + 1)
}

async function* findingsOf(
  logs: readonly [source: string, target: string],
  terminal: Terminal,
): AsyncGenerator<Finding | Unreadable> {
  const texts: Uint8Array[] = []
  for (const file of logs) {
    try {
      texts.push(await read(file, terminal))
    } catch (error) {
      yield { file, reason: reasonOf(error) }
    }
  }
  const [source, target] = texts
  if (source === undefined || target === undefined) return
  const judged = completionOrder(source, target)
  const violations = E.isLeft(judged) ? judged.left : []
  const notes = E.isLeft(judged) ? [] : [{ path: "", message: `The last migration: ${judged.right.outcome}.` }]
  const command = "completion-order"
  const ofTarget = violations.filter(({ path }) => path.startsWith("target"))
  const ofSource = violations.filter((violation) => !ofTarget.includes(violation))
  yield { file: logs[0], command, violations: ofSource, notes }
  yield { file: logs[1], command, violations: ofTarget, notes: [] }
}
