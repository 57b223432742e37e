import { runInNewContext } from "node:vm"
import pc from "picocolors"
import type { Colors } from "picocolors/types.js"
import type { Claim } from "../layout/interpret.js"
import { verdictOf } from "../report/finding.js"
import { annotatedHex } from "../report/hex.js"
import { readingOf as interpreted } from "../spice/migrate-data.js"
import type { BlobEvidence, Evidence, Target } from "./target.js"

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
export const evidenceOf = (target: Pick<Target, "evidenceOf">, input: Uint8Array): Evidence => {
  try {
    return bounded(() => target.evidenceOf(input))
  } catch {
    return { kind: "text", bytes: input }
  }
}

const readingOf = ({ channel, receiver, bytes }: BlobEvidence) => bounded(() => interpreted(channel, bytes, receiver))

export interface Judgement {
  readonly verdict: "accept" | "reject"
  /** The rule of the first violation. */
  readonly rule?: string
}

/** What the reference interpreter says of a blob; undefined if it does not come to an end. */
export const judgementOf = (evidence: BlobEvidence): Judgement | undefined => {
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
    const heading = `${verdictOf({ violations })}  ${evidence.channel}  ${bytes.length} bytes`
    return [heading, ...annotatedHex(bytes, claims, violations, colors)]
  } catch (error) {
    const heading = `unknown  ${evidence.channel}  ${bytes.length} bytes: the reference interpreter fails, ${error}`
    return [heading, ...annotatedHex(bytes, [whole("blob", bytes)], [], colors)]
  }
}
