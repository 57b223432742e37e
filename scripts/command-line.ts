import type { Command } from "commander"
import { completionOf } from "../src/cli/completion.js"
import { manPages } from "../src/cli/man-page.js"
import { manifest } from "../src/cli/manifest.js"
import { commandLine } from "../src/cli/program.js"
import { commandsOf } from "../src/cli/program-definition.js"

/** What a command's help says, on 80 columns. */
const helpTextOf = (command: Command, written: readonly string[]): string => {
  const before = written.length
  command.outputHelp()
  return written.slice(before).join("").trimEnd()
}

/** The reference of the command line, its manual pages and its completions, all from its definition. */
export const commandLineFiles = (): readonly (readonly [string, string])[] => {
  const written: string[] = []
  const write = (text: string | Uint8Array) => written.push(String(text))
  const nothing = { async *[Symbol.asyncIterator]() {} }
  const program = commandLine({ stdin: nothing, stdout: { write }, stderr: { write }, environment: {} }, () => {})
  const sections = [program, ...commandsOf(program)].map(
    (command) => `## ${command.name()}\n\n\`\`\`text\n${helpTextOf(command, written)}\n\`\`\``,
  )
  return [
    [
      "docs/command-line.md",
      `# Command line\n\nWhat \`--help\` says of each command. Its manual pages and completions for bash, zsh and fish say the same.\n\n${sections.join("\n\n")}\n`,
    ],
    ...[...manPages(program, manifest().version)].map(([file, text]) => [`man/${file}`, text] as const),
    ["completions/migration-guard.bash", completionOf("bash", program)],
    ["completions/_migration-guard", completionOf("zsh", program)],
    ["completions/migration-guard.fish", completionOf("fish", program)],
  ]
}
