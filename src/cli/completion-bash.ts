import type { Command, Option } from "commander"
import { commandsOf, flagsOf, generatedFrom, optionsOf, takesValue, wordsOf } from "./program-definition.js"

/** The completion for bash. Where nothing is offered, bash completes the names of files. */
export const bashCompletion = (program: Command): string => {
  const commands = commandsOf(program)
  const names = commands.flatMap((command) => [command.name(), ...command.aliases()])
  return `# ${generatedFrom}
_migration_guard() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= word words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${names.join("|")}) command=$word; break ;;
    esac
  done
  COMPREPLY=()
  case $command:$previous in
${commands
  .flatMap((command) =>
    optionsOf(command)
      .filter(takesValue)
      .map((option) => valueCase(command, option)),
  )
  .join("\n")}
  esac
  case $command in
${commands.map(commandCase).join("\n")}
    *) words="help ${names.join(" ")} ${optionsOf(program).flatMap(flagsOf).join(" ")}" ;;
  esac
  [[ $current == -* || $words != -* ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _migration_guard migration-guard
`
}

const namesOf = (command: Command): string => [command.name(), ...command.aliases()].join("|")

/** After an option stands its value: one of its words, or the name of a file. */
const valueCase = (command: Command, option: Option): string => {
  const patterns = [command.name(), ...command.aliases()].flatMap((name) =>
    flagsOf(option).map((flag) => `${name}:${flag}`),
  )
  const words = wordsOf(option).join(" ")
  const reply = words === "" ? "" : ` mapfile -t COMPREPLY < <(compgen -W "${words}" -- "$current");`
  return `    ${patterns.join("|")})${reply} return ;;`
}

/** Words of arguments stand before options; where an argument is a file there are none, and only - offers options. */
const commandCase = (command: Command): string => {
  const words = [...command.registeredArguments.flatMap(wordsOf), ...optionsOf(command).flatMap(flagsOf)]
  return `    ${namesOf(command)}) words="${words.join(" ")}" ;;`
}
