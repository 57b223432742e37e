import type { End } from "../migrate/host.js"

/** What a case does to the target, worst last. */
export const outcomes = ["accepted", "refused", "dropped", "hung", "killed"] as const

export type Outcome = (typeof outcomes)[number]

/** What happened to a target, in words: the outcome, then what is known of it. */
export type Fate = string

export const outcomeOf = (fate: Fate): Outcome => {
  const outcome = outcomes.find((each) => fate === each || fate.startsWith(`${each} `))
  if (outcome === undefined) throw new Error(`no outcome: ${fate}`)
  return outcome
}

export const isHarm = (fate: Fate): boolean => ["hung", "killed"].includes(outcomeOf(fate))

export const worseOf = (one: Fate, other: Fate): Fate =>
  outcomes.indexOf(outcomeOf(other)) > outcomes.indexOf(outcomeOf(one)) ? other : one

/** A position in a source without its folders, as logs and assertions give it. */
const position = /([\w-]+\.(?:c|cpp|h|inc|tmpl\.c)):(\d+)/

/** Messages of the C library's, which have no position. */
const libraryMessage = /^(?:free|malloc|realloc|calloc|corrupted|double free|munmap|\*\*\*).*$/

const lineOf = (log: string): string | undefined => {
  const lines = log.split("\n").filter((line) => position.test(line) || libraryMessage.test(line))
  const line = lines.at(-1)
  return line === undefined ? undefined : (position.exec(line)?.[0] ?? line.trim())
}

/** How a process died. A segmentation fault says nothing about itself: the last line of its log is of something else. */
export const fateOfEnd = ({ signal, code }: End, log: string): Fate => {
  const line = signal === "SIGSEGV" || signal === "SIGBUS" ? undefined : lineOf(log)
  return ["killed", signal ?? `exit ${code}`, ...(line === undefined ? [] : [line])].join(" ")
}

/** How long a hang lasted, to the second; without a length it was not over when the patience was. */
export const fateOfHang = (seconds: number | undefined): Fate => (seconds === undefined ? "hung" : `hung ${seconds} s`)
