import * as E from "fp-ts/lib/Either.js"
import { readJson } from "../data/json.js"
import type { MigrateCommand, QemuVersion } from "../qemu/context.js"
import { notesOf } from "../qemu/notes.js"
import { argumentsChecker, defaultJsonLimits } from "../qemu/parse.js"
import type { Policy } from "../qemu/policy.js"
import type { Finding } from "../report/finding.js"
import { reasonOf } from "../report/reason.js"
import { isUnreadable, readingOnce, reportUnreadable, sourceOf, type Unreadable } from "./input.js"
import { type Text, textsOf } from "./json-lines.js"
import { readPolicy } from "./policy.js"
import { type ReportOptions, reportAll } from "./report.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface MigrateArgsOptions extends ReportOptions {
  readonly command: MigrateCommand
  readonly qemuVersion: QemuVersion
  readonly draft?: boolean
  readonly policy?: string
}

type Judge = (file: string, text: Text) => Finding

/** `migration-guard migrate-args`: checks the arguments of a QMP command, one JSON object a file or a line. */
export const migrateArgs = async (
  inputs: readonly string[],
  options: MigrateArgsOptions,
  terminal: Terminal,
): Promise<ExitCode> => {
  const policy = await readPolicy(options.policy)
  if (isUnreadable(policy)) {
    reportUnreadable(policy, terminal)
    return exitCode.failed
  }
  return readingOnce(inputs, terminal, () =>
    reportAll(findingsOf(inputs, judgeFor(options, policy), terminal), options, terminal),
  )
}

const judgeFor = ({ command, qemuVersion: version, draft = false }: MigrateArgsOptions, policy: Policy): Judge => {
  const check = argumentsChecker({ command, version, draft, policy })
  return (file, { bytes, offset, line }) => {
    const json = readJson(bytes, defaultJsonLimits)
    const checked = E.isLeft(json) ? json : check(json.right)
    return {
      file,
      ...(line === undefined ? {} : { line }),
      command,
      violations: E.isLeft(checked) ? checked.left.map((violation) => violation.behind(offset)) : [],
      notes: E.isRight(json) ? notesOf(json.right.value) : [],
    }
  }
}

const isJson = (bytes: Uint8Array): boolean => E.isRight(readJson(bytes, defaultJsonLimits))

async function* findingsOf(
  inputs: readonly string[],
  judge: Judge,
  terminal: Terminal,
): AsyncGenerator<Finding | Unreadable> {
  for (const file of inputs) {
    try {
      for await (const text of textsOf(sourceOf(file, terminal), defaultJsonLimits.maxBytes, isJson))
        yield judge(file, text)
    } catch (error) {
      yield { file, reason: reasonOf(error) }
    }
  }
}
