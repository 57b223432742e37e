import { createHash } from "node:crypto"
import { runInNewContext } from "node:vm"
import pc from "picocolors"
import type { Colors } from "picocolors/types.js"
import { addFile, addToIndex, regressionFiles } from "../corpus.js"
import { type Claim, interpret } from "../layout/interpret.js"
import { verdictOf } from "../report/finding.js"
import { annotatedHex } from "../report/hex.js"
import { jsonLine, printable } from "../report/printable.js"
import { formatOf } from "../spice/formats.js"
import { readingOf as interpreted } from "../spice/reading.js"
import { differencesOf } from "../spice/receiver.js"
import { type FuzzFailure, signatureOf } from "./libfuzzer.js"
import type { BlobEvidence, Evidence, FuzzTarget, LayoutEvidence } from "./target.js"

/** A function's result; what takes longer than some seconds is ended with an error. */
const bounded = <T>(work: () => T): T => {
  let result: readonly [T] | undefined
  const context = {
    work: () => {
      result = [work()]
    },
  }
  runInNewContext("work()", context, { timeout: 5000 })
  if (result === undefined) throw new Error("ended without a result")
  return result[0]
}

/** What an input stands for; by itself a text where the target cannot say it. */
export const evidenceOf = (target: Pick<FuzzTarget, "evidenceOf">, input: Uint8Array): Evidence => {
  try {
    return bounded(() => target.evidenceOf(input))
  } catch {
    return { kind: "text", bytes: input }
  }
}

const readingOf = (evidence: BlobEvidence | LayoutEvidence) =>
  bounded(() =>
    evidence.kind === "layout"
      ? interpret(evidence.layout, evidence.bytes)
      : interpreted(evidence.channel, evidence.bytes, evidence.receiver),
  )

const nameOf = (evidence: BlobEvidence | LayoutEvidence): string =>
  evidence.kind === "layout" ? evidence.layout.format : evidence.channel

export interface Judgement {
  readonly verdict: "accept" | "reject"
  /** The rule of the first violation. */
  readonly rule?: string
}

/** What the reference interpreter says of a blob; undefined if it does not come to an end. */
export const judgementOf = (evidence: BlobEvidence | LayoutEvidence): Judgement | undefined => {
  try {
    const { violations } = readingOf(evidence)
    const [first] = violations
    return { verdict: verdictOf({ violations }), ...(first === undefined ? {} : { rule: first.rule }) }
  } catch {
    return undefined
  }
}

const whole = (label: string, { length }: Uint8Array): Claim => ({
  path: label,
  offset: 0,
  length,
  type: undefined,
  value: undefined,
})

/** The explain view of what an input stands for: of its bytes nothing but hexadecimal digits and numbers. */
export const explanationOf = (evidence: Evidence, colors: Colors = pc.createColors(false)): readonly string[] => {
  const { kind, bytes } = evidence
  if (kind === "text")
    return [`text  ${bytes.length} bytes`, ...annotatedHex(bytes, [whole("text", bytes)], [], colors)]
  try {
    const { claims, violations } = readingOf(evidence)
    const heading = `${verdictOf({ violations })}  ${nameOf(evidence)}  ${bytes.length} bytes`
    return [heading, ...annotatedHex(bytes, claims, violations, colors)]
  } catch (error) {
    const heading = `unknown  ${nameOf(evidence)}  ${bytes.length} bytes: the reference interpreter fails, ${error}`
    return [heading, ...annotatedHex(bytes, [whole("blob", bytes)], [], colors)]
  }
}

/** An input that a target fails on. */
export interface FuzzFinding {
  readonly target: string
  readonly failure: FuzzFailure
  /** What the target was given. */
  readonly input: Uint8Array
  /** The size of the input as it was found. */
  readonly foundSize: number
  /** What that stands for. */
  readonly evidence: Evidence
}

/** Where findings go, and how what is there is told to a reader. */
export interface Findings {
  /** The folder of the corpus. */
  readonly corpus: string
  /** How a reader finds a file of the corpus. */
  readonly shown: (file: string) => string
  /** What is typed to execute an input once more. */
  readonly replayLine: (target: string, file: string) => string
}

export const findingOf = (
  target: Pick<FuzzTarget, "name" | "evidenceOf">,
  failure: FuzzFailure,
  input: Uint8Array,
  foundSize = input.length,
): FuzzFinding => ({ target: target.name, failure, input, foundSize, evidence: evidenceOf(target, input) })

const judged = ({ evidence }: FuzzFinding) => (evidence.kind === "text" ? undefined : judgementOf(evidence))

/** What two findings have in common that come from one bug, as far as can be seen from outside. */
export const bugOf = (finding: FuzzFinding): string =>
  JSON.stringify([finding.target, signatureOf(finding.failure), judged(finding)])

/** What an input stands for, in 8 digits: a blob for another receiver is another one. */
const hashOf = (evidence: Evidence): string => {
  const hash = createHash("sha256")
  if (evidence.kind === "blob") hash.update(`${evidence.channel} ${JSON.stringify(differencesOf(evidence.receiver))} `)
  return hash.update(evidence.bytes).digest("hex").slice(0, 8)
}

/** The folder of a finding: that of the blob's format, or that of QEMU's arguments. */
const formatFolder = (evidence: Evidence): string => {
  if (evidence.kind === "layout") return evidence.layout.format
  return evidence.kind === "blob" ? formatOf[evidence.channel] : "qemu"
}

const filesOf = ({ evidence, target }: FuzzFinding) => regressionFiles(formatFolder(evidence), target, hashOf(evidence))

/** All that is known of a finding, for a file. */
const account = (finding: FuzzFinding, { shown, replayLine }: Findings): string => {
  const { evidence, failure, foundSize, input, target } = finding
  const files = filesOf(finding)
  const smaller = foundSize > input.length ? `, found as one of ${foundSize}` : ""
  const lines = [
    `target  ${target}`,
    `error   ${failure.message.split("\n").map(printable).join("\n        ")}`,
    ...failure.stack.map((frame) => `        ${printable(frame)}`),
    `input   ${shown(files.input)}, ${input.length} bytes${smaller}`,
    `replay  ${replayLine(target, shown(files.input))}`,
    "",
    ...explanationOf(evidence),
    ...(evidence.kind === "text" ? ["", jsonLine(new TextDecoder().decode(evidence.bytes))] : []),
  ]
  return `${lines.join("\n")}\n`
}

/**
 * Makes a finding part of the corpus: what the input stands for, the input itself, an account of both and, for a
 * blob, an entry in the index. A finding that is there already stays as it is.
 */
export const record = (finding: FuzzFinding, findings: Findings): void => {
  const { evidence, input, target } = finding
  const { corpus } = findings
  const files = filesOf(finding)
  addFile(corpus, files.blob, evidence.bytes)
  addFile(corpus, files.input, input)
  addFile(corpus, files.text, account(finding, findings))
  const judgement = judged(finding)
  if (evidence.kind !== "blob" || judgement === undefined) return
  addToIndex(corpus, {
    file: files.blob,
    channel: evidence.channel,
    origin: "regression",
    source: `a finding of the fuzz target ${target}`,
    receiver: differencesOf(evidence.receiver),
    ...judgement,
  })
}

/** Characters in a row that a message can have in common with an input by chance. */
const byChance = 6

const quotes = (message: string, bytes: Uint8Array): boolean => {
  const text = new TextDecoder().decode(bytes)
  return Array.from(message, (_, start) => message.slice(start, start + byChance)).some(
    (part) => part.length === byChance && text.includes(part),
  )
}

/** A failure in a line for a terminal: bytes of the input are shown there as hexadecimal digits only. */
export const headlineOf = ({
  failure,
  input,
  evidence,
}: Pick<FuzzFinding, "failure" | "input" | "evidence">): string => {
  const line = (failure.message.split("\n", 1)[0] ?? "").slice(0, 300)
  const isSafe = ![input, evidence.bytes].some((bytes) => quotes(line, bytes))
  return isSafe ? printable(line) : `${/^[A-Z]\w*Error(?=:)/.exec(line) ?? "an error"} that quotes the input`
}

/** Lines of an explain view that a terminal is given. */
const longestView = 24

/** What of a finding is told at once. */
export const summaryOf = (finding: FuzzFinding, { shown, replayLine }: Findings): readonly string[] => {
  const files = filesOf(finding)
  const view = explanationOf(finding.evidence)
  const rest = view.length - longestView
  return [
    `finding  ${finding.target}: ${headlineOf(finding)}`,
    ...view.slice(0, longestView).map((line) => `         ${line}`),
    ...(rest > 0 ? [`         and ${rest} more lines`] : []),
    `         ${shown(files.text)}`,
    `         ${replayLine(finding.target, shown(files.input))}`,
  ]
}
