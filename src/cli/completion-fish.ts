import type { Command, Option } from "commander"
import { commandsOf, flagsOf, generatedFrom, optionsOf, takesValue, wordsOf } from "./program-definition.js"

/** The completion for fish. */
export const fishCompletion = (program: Command): string => {
  const commands = commandsOf(program)
  const begin = "complete -c migration-guard -n __fish_use_subcommand"
  return `# ${generatedFrom}
${optionsOf(program)
  .map((option) => `${begin} ${optionText(option)}`)
  .join("\n")}
${begin} -x -a help -d 'display help for a command'
${commands
  .map((command) =>
    [`${begin} -x -a ${command.name()} -d ${quoted(command.description())}`, ...linesOf(command)].join("\n"),
  )
  .join("\n")}
`
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`

const linesOf = (command: Command): readonly string[] => {
  const names = [command.name(), ...command.aliases()].join(" ")
  const seen = `complete -c migration-guard -n '__fish_seen_subcommand_from ${names}'`
  const words = command.registeredArguments.flatMap(wordsOf)
  return [
    ...(words.length > 0 ? [`${seen} -x -a ${quoted(words.join(" "))}`] : []),
    ...optionsOf(command).map((option) => `${seen} ${optionText(option)}`),
  ]
}

const optionText = (option: Option): string => {
  const flags = flagsOf(option).map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const words = wordsOf(option)
  const value = !takesValue(option) ? [] : words.length > 0 ? [`-x -a ${quoted(words.join(" "))}`] : ["-r"]
  return [...flags, ...value, `-d ${quoted(option.description)}`].join(" ")
}
