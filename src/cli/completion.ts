import type { Command } from "commander"
import { bashCompletion } from "./completion-bash.js"
import { fishCompletion } from "./completion-fish.js"
import { zshCompletion } from "./completion-zsh.js"

/** The shells that a completion can be written for. */
export const shells = ["bash", "zsh", "fish"] as const

export type Shell = (typeof shells)[number]

/** What completes the command line in a shell, from its definition. */
export const completionOf = (shell: Shell, program: Command): string => writers[shell](program)

const writers: Readonly<Record<Shell, (program: Command) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}
