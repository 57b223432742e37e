import type { Command, Option } from "commander"
import { helpOf } from "./help.js"
import { commandsOf, generatedFrom, optionsOf } from "./program-definition.js"

/** The manual pages of the program and of each command, by file name. */
export const manPages = (program: Command, version: string): ReadonlyMap<string, string> =>
  new Map([
    [`${program.name()}.1`, pageOf(program, program.name(), program.name(), version, commandSections(program))],
    ...commandsOf(program).map((command): readonly [string, string] => {
      const name = `${program.name()}-${command.name()}`
      const typed = `${program.name()} ${command.name()}`
      return [`${name}.1`, pageOf(command, name, typed, version, [`.SH SEE ALSO\n.BR ${roff(program.name())} (1)`])]
    }),
  ])

/** A text as roff takes it: nothing in it is a request, an escape or a hyphen that a copied command would lack. */
const roff = (text: string): string =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gm, "\\&")

const pageOf = (command: Command, name: string, typed: string, version: string, more: readonly string[]): string => {
  const { exits, examples } = helpOf(command)
  return `${[
    `.\\" ${generatedFrom}`,
    `.TH ${name.toUpperCase()} 1 "" "migration\\-guard ${version}" "User Commands"`,
    `.SH NAME\n${roff(name)} \\- ${roff(command.description())}`,
    `.SH SYNOPSIS\n.B ${roff(typed)}\n${roff(command.usage())}`,
    ...argumentSection(command),
    `.SH OPTIONS\n${optionsOf(command).map(optionText).join("\n")}`,
    ...more.slice(0, -1),
    `.SH EXIT STATUS\n${Object.entries(exits)
      .map(([code, text]) => `.TP\n.B ${code}\n${sentence(text)}`)
      .join("\n")}`,
    `.SH EXAMPLES\n${examples.map(([purpose, line]) => `.PP\n${sentence(purpose)}\n.PP\n.RS 4\n.EX\n${roff(line)}\n.EE\n.RE`).join("\n")}`,
    ...more.slice(-1),
  ].join("\n")}\n`
}

const sentence = (text: string): string => roff(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`)

const argumentSection = (command: Command): readonly string[] => {
  const parts = command.registeredArguments.map(
    (argument) => `.TP\n.I ${roff(argument.name())}\n${sentence(argument.description)}`,
  )
  return parts.length === 0 ? [] : [`.SH ARGUMENTS\n${parts.join("\n")}`]
}

const optionText = (option: Option): string => {
  const choices = option.argChoices === undefined ? "" : ` One of ${option.argChoices.join(", ")}.`
  const standard =
    option.defaultValue === undefined ? "" : ` Default: ${option.defaultValueDescription ?? option.defaultValue}.`
  return `.TP\n.B ${roff(option.flags)}\n${sentence(option.description)}${roff(choices + standard)}`
}

const commandSections = (program: Command): readonly string[] => {
  const commands = commandsOf(program)
  const list = commands.map((command) => `.TP\n.B ${roff(command.name())}\n${sentence(command.description())}`)
  const pages = commands.map((command) => `.BR ${roff(`${program.name()}-${command.name()}`)} (1)`)
  return [`.SH COMMANDS\n${list.join("\n")}`, `.SH SEE ALSO\n${pages.join(",\n")}`]
}
