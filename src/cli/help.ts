import type { Command } from "commander"
import { exitCode } from "./stdio.js"

/** What help, man pages and completions say of a command beside its options. */
export interface CommandHelp {
  /** What each exit code stands for. */
  readonly exits: Readonly<Record<number, string>>
  /** Lines to type, each below what it is for. */
  readonly examples: readonly (readonly [purpose: string, line: string])[]
}

const helps = new WeakMap<Command, CommandHelp>()

const failed = "the usage is wrong, or something could not be read or written"

/** The exit codes of a command that judges: what was judged, and what is found wrong. */
export const judging = (accepted: string, rejected: string): CommandHelp["exits"] => ({
  [exitCode.accepted]: accepted,
  [exitCode.rejected]: rejected,
  [exitCode.failed]: failed,
})

/** The exit codes of a command that does something. */
export const doing = (done: string): CommandHelp["exits"] => ({
  [exitCode.accepted]: done,
  [exitCode.failed]: failed,
})

/** Adds exit codes and examples to a command's help. */
export const withHelp = (
  command: Command,
  exits: CommandHelp["exits"],
  ...examples: CommandHelp["examples"]
): Command => {
  helps.set(command, { exits, examples })
  const exitLines = Object.entries(exits).map(([code, text]) => `  ${code}  ${text}`)
  const exampleLines = examples.flatMap(([purpose, line]) => [`  # ${purpose}`, `  ${line}`])
  const parts = [["Exit codes:", ...exitLines], ...(exampleLines.length === 0 ? [] : [["Examples:", ...exampleLines]])]
  return command.addHelpText("after", parts.map((lines) => `\n${lines.join("\n")}`).join("\n"))
}

/** What was added. */
export const helpOf = (command: Command): CommandHelp => helps.get(command) ?? { exits: {}, examples: [] }
