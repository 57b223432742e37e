import type { Argument, Command, Option } from "commander"
import { commandsOf, flagsOf, generatedFrom, optionsOf, takesValue, wordsOf } from "./program-definition.js"

/** The completion for zsh: a file called _migration-guard in a folder of $fpath, or what `source` reads. */
export const zshCompletion = (program: Command): string => {
  const commands = commandsOf(program)
  return `#compdef migration-guard
# ${generatedFrom}
_migration-guard() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C ${optionsOf(program).map(optionSpec).join(" ")} '1:command:->command' '*::argument:->arguments'
  case $state in
    command)
      local -a commands=(
${commands.map((command) => `        ${quoted(`${command.name()}:${command.description()}`)}`).join("\n")}
        'help:display help for a command'
      )
      _describe command commands ;;
    arguments)
      case $words[1] in
${commands.map(commandCase).join("\n")}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _migration-guard ]; then _migration-guard "$@"; else compdef _migration-guard migration-guard; fi
`
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** A description inside brackets, in which a few characters mean something. */
const described = (text: string): string => text.replace(/[\\[\]:]/g, "\\$&")

const optionSpec = (option: Option): string => {
  const flags = flagsOf(option)
  const words = wordsOf(option)
  const value = !takesValue(option) ? "" : words.length > 0 ? `:value:(${words.join(" ")})` : ":value:_files"
  const rest = `[${described(option.description)}]${value}`
  return flags.length === 1
    ? quoted(`${flags[0]}${rest}`)
    : `${quoted(`(${flags.join(" ")})`)}{${flags.join(",")}}${quoted(rest)}`
}

const argumentSpec = (argument: Argument): string => {
  const words = wordsOf(argument)
  const place = argument.variadic ? "*" : ""
  return quoted(`${place}:${argument.name()}:${words.length > 0 ? `(${words.join(" ")})` : "_files"}`)
}

const commandCase = (command: Command): string => {
  const specs = [...optionsOf(command).map(optionSpec), ...command.registeredArguments.map(argumentSpec)]
  return `        ${[command.name(), ...command.aliases()].join("|")}) _arguments ${specs.join(" ")} ;;`
}
