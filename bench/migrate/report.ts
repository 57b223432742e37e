import { markdownTable } from "../../src/report/markdown.js"
import { atMost, duration, type Target, targetTable, times } from "../markdown.js"
import { median, ratio, type Times } from "../measure.js"
import type { Contender } from "./contender.js"

/** All that one run found out. */
export interface Findings {
  readonly times: Times
  readonly ours: Contender
  readonly peers: readonly Contender[]
  readonly oursVerdict: Contender
  readonly zod: Contender
  readonly typebox: Contender
  readonly refusals: readonly string[]
  /** How many arguments all contenders accept, and refuse, before they are timed. */
  readonly agreed: { readonly kept: number; readonly broken: number }
}

/** The names of tasks in the times. */
export const typicalTask = ({ name }: Contender): string => `${name}: typical`
export const refusalTask = ({ name }: Contender, refusal: string): string => `${name}: refusing ${refusal}`
export const textTask = ({ name }: Contender): string => `${name}: from text`
export const uriTask = "ours: a URI"

const contenderTable = (findings: Findings): string => {
  const { ours, peers, refusals } = findings
  const tasks = [typicalTask, ...refusals.map((name) => (each: Contender) => refusalTask(each, name)), textTask]
  const cell = (each: Contender, task: (contender: Contender) => string): string =>
    each === ours
      ? `1 (${duration(median(findings.times.get(task(ours)) ?? []))})`
      : times(ratio(findings.times, task(each), task(ours)))
  return markdownTable(
    ["validator", "gives", "typical", ...refusals.map((name) => `refusing ${name}`), "typical, from text"],
    [ours, ...peers].map((each) => [each.name, each.gives, ...tasks.map((task) => cell(each, task))]),
  )
}

const targetsOf = ({ times, ours, oursVerdict, peers, zod, typebox }: Findings): readonly Target[] => {
  const over = (peer: Contender): number => ratio(times, typicalTask(ours), typicalTask(peer))
  return [
    atMost(
      "a copy, ours / fastest peer that copies:",
      Math.max(...peers.filter(({ gives }) => gives === "copy").map(over)),
      1.5,
    ),
    atMost("a copy, ours / zod 4:", over(zod), 1),
    atMost("a verdict, ours / typebox, compiled:", ratio(times, typicalTask(oursVerdict), typicalTask(typebox)), 1.1),
    atMost("from text, ours / JSON.parse and typebox:", ratio(times, textTask(ours), textTask(typebox)), 3),
  ]
}

/** The section on the arguments of `migrate` as Markdown. */
export const report = (findings: Findings): string => {
  const { kept, broken } = findings.agreed
  const uri = times(ratio(findings.times, uriTask, typicalTask(findings.ours)))
  return [
    "## Arguments of migrate",
    "",
    "Checking `{channels: [{channel-type, addr}]}` with an IPv4 address and a port, as a multiple of the time that ours takes, in a",
    "process of its own. The schemas are equal: exact objects, every kind of address with the rules of its members and those between",
    `them. Before anything is timed, all validators must accept the same ${kept} arguments and refuse the same ${broken}. Two things are`,
    "left out of them: URIs, which ours takes apart and the peers hold against a prefix, and long paths beyond ASCII, whose bytes ours",
    "counts and the peers' regular expressions do not.",
    "",
    contenderTable(findings),
    "",
    "A `copy` holds nothing but what was checked; a `verdict` is on the caller's own object. Refusing, ours tells all that is wrong and",
    "where, zod tells it too, valibot and ajv stop at the first, and typebox only says no. From a text, the peers run behind JSON.parse;",
    "ours is parseArguments, which besides holds the text against limits, refuses duplicate names, lone surrogates and inexact",
    "integers, asks a policy, and says of each violation at which byte it stands.",
    "",
    `A URI, \`{uri: "tcp:10.12.34.9:49152"}\`, takes ours ${uri} times as long as the typical arguments.`,
    "",
    targetTable(targetsOf(findings)),
    "",
  ].join("\n")
}
