import { availableParallelism } from "node:os"
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander"
import { commands } from "../qemu/commands.js"
import { newestVersion, qemuVersions, type Release, releaseOf } from "../qemu/versions.js"
import { modes, reactions } from "../relay/config/configuration.js"
import { printable } from "../report/printable.js"
import { channels } from "../spice/receiver.js"
import { checkFiles } from "./check.js"
import { checkArgs } from "./check-args.js"
import { addHelp } from "./command-help.js"
import { completionOf, shells } from "./completion.js"
import { judgeCompletion } from "./completion-order.js"
import { diffFiles, diffFormats } from "./diff.js"
import { explain, explainFormats } from "./explain.js"
import { judging, withHelp } from "./help.js"
import { standardInput } from "./input.js"
import { manifest } from "./manifest.js"
import { reportFormats } from "./report.js"
import { columnsOf, type ExitCode, exitCode, type Terminal } from "./stdio.js"

const channelOption = () =>
  new Option("--channel <channel>", "the channel the data came on (default: what its magic says)").choices(channels)

/** Says what the receiver of blobs is. */
const receiving = (command: Command): Command =>
  command
    .option(
      "--receiver <file[#listener]>",
      "what the target is: a listener of a relay's configuration in TOML, or a receiver in JSON (.json)",
    )
    .addOption(
      new Option(
        "--jpeg-wan-compression <setting>",
        "the target QEMU's setting, which decides how it reads surface lists (default: the receiver's, or auto)",
      ).choices(["auto", "always", "never"]),
    )
    .option("--sealed", "nobody can have changed the data on the way: also accept what no check can tell from a lie")

/** Says how blobs are read. */
const reading = (command: Command): Command =>
  receiving(command.addOption(channelOption())).option(
    "--skip-header",
    "leave out the header of 6 or 18 bytes of the message that a blob was in",
  )

const formatOption = () => new Option("--format <format>", "how to report").choices(reportFormats).default("text")

/** Reads a number of an option, which libFuzzer takes for an int. */
const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value < 2 ** 31) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} on.`)
  }

/** Reads the id of a key, or of a connection. */
const keyId = (text: string): number => {
  if (/^[1-9]\d{0,9}$/.test(text) && Number(text) < 2 ** 32) return Number(text)
  throw new InvalidArgumentError("It must be a whole number from 1 to 4294967295.")
}

const date = (text: string): Date => {
  const read = new Date(text)
  if (Number.isNaN(read.getTime())) throw new InvalidArgumentError("It must be a date like 2026-11-28T12:00:00Z.")
  return read
}

/** Ends a command that has neither a key file nor all that stands in its place. */
const needOneOf = (command: Command, keys: unknown, others: string, given: readonly unknown[]): void => {
  if (keys === undefined && given.some((each) => each === undefined))
    command.error(`error: either --keys or both of ${others} must be there`)
}

/** A command on one file that is bound to what both guards know. */
const bound = (command: Command): Command =>
  command
    .argument("<file>", `a file, or ${standardInput} for standard input`)
    .option("--keys <file>", "the key file")
    .requiredOption("--vm <name>", "the virtual machine's UUID or name, as the guards are told")
    .addOption(new Option("--connection <id>", "the session's connection id").argParser(keyId).makeOptionMandatory())
    .addOption(
      new Option("--channel <channel>", "the channel")
        .choices(channels.filter((channel) => channel !== "spicevmc"))
        .makeOptionMandatory(),
    )
    .addOption(new Option("--channel-id <id>", "which of that kind").argParser(wholeNumber(0)).default(0))
    .addOption(new Option("--at <date>", "the time to go by (default: now)").argParser(date))

/** Reads a release of QEMU, which stands for the last known version that is not newer. */
const qemuRelease = (text: string): Release => {
  const found = releaseOf(text)
  if (found !== undefined) return found
  throw new InvalidArgumentError(`It must be a release of QEMU from ${qemuVersions[0]} to ${newestVersion}.`)
}

/** The command line as commander has it: sub-commands, options and exit codes are a contract. */
export const commandLine = (terminal: Terminal, end: (code: ExitCode) => void): Command => {
  const { version } = manifest()
  const program = new Command("migration-guard")
    .description("Checks what reaches a QEMU host during live migration from those it does not trust.")
    .version(version, "-v, --version", "print the version")
    .addOption(new Option("-V").hideHelp())
    .on("option:V", () => {
      terminal.stdout.write(`${version}\n`)
      throw new CommanderError(exitCode.accepted, "commander.version", version)
    })
    .exitOverride()
    .configureHelp({ sortOptions: true, subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      getOutHelpWidth: () => columnsOf(terminal.stdout) ?? defaultColumns,
      getErrHelpWidth: () => columnsOf(terminal.stderr) ?? defaultColumns,
      outputError: (text, write) => write(errorLine(text)),
    })
  reading(program.command("check"))
    .description("decode files and report what is wrong with them")
    .argument("<file...>", `files, directories, or ${standardInput} for standard input`)
    .addOption(formatOption())
    .option("-q, --quiet", "omit what is accepted")
    .action(async (files, options) => end(await checkFiles(files, { ...options, version }, terminal)))
  reading(program.command("explain"))
    .description("show every byte of a file with the field that claims it")
    .argument("<file>", `a file, or ${standardInput} for standard input`)
    .addOption(new Option("--format <format>", "how to explain").choices(explainFormats).default("text"))
    .option("--ascii", "show the bytes as ASCII characters too")
    .option("--all", "show every byte of long runs, and every entry of long lists")
    .action(async (file, options) => end(await explain(file, options, terminal)))
  receiving(program.command("explore"))
    .description(
      "show a blob, or those of a capture, in a browser of this machine: bytes, fields, violations, and what edits change",
    )
    .argument("[file]", `a file, or ${standardInput} for standard input (default: a sample)`)
    .action(async (file, options) => {
      const { explore } = await import("./explore.js")
      end(await explore(file, options, terminal))
    })
  receiving(program.command("encode"))
    .description("turn a state in JSON, as explain --format json writes it, back into a blob")
    .argument("<file>", `a file, or ${standardInput} for standard input`)
    .option("-o, --output <file>", "where the blob goes (default: standard output)")
    .action(async (file, options) => {
      const { encodeFile } = await import("./encode.js")
      end(await encodeFile(file, options, terminal))
    })
  reading(program.command("diff"))
    .description("say which fields of two blobs differ")
    .argument("<first>", `a file, or ${standardInput} for standard input`)
    .argument("<second>", `a file, or ${standardInput} for standard input`)
    .addOption(new Option("--format <format>", "how to report").choices(diffFormats).default("text"))
    .action(async (first, second, options) => end(await diffFiles([first, second], options, terminal)))
  receiving(program.command("extract"))
    .description("take migration data out of a pcap or pcapng file and judge it, and the order of messages around it")
    .argument("<capture>", `a capture, or ${standardInput} for standard input`)
    .option("-o, --output <folder>", "where to write the data, with an index")
    .addOption(new Option("--format <format>", "how to report").choices(["text", "json"]).default("text"))
    .action(async (file, options) => {
      const { extract } = await import("./extract.js")
      end(await extract(file, options, terminal))
    })
  program
    .command("check-args")
    .alias("migrate-args")
    .description("check migration-related QMP commands, logs of them and their arguments before QEMU does")
    .argument("<file...>", `files with one JSON object each or one per line, directories, or ${standardInput}`)
    .addOption(
      new Option("--command <command>", "the command that bare arguments belong to; incoming is QEMU's option")
        .choices(commands)
        .default("migrate"),
    )
    .addOption(
      new Option(
        "--qemu-version <version>",
        `the QEMU that gets them: ${qemuVersions.join(", ")}, or a release between`,
      )
        .argParser(qemuRelease)
        .default({ version: newestVersion, isExact: true }, newestVersion),
    )
    .option("--draft", "take the channel types data and post-copy, which no QEMU has yet")
    .option("--policy <file>", "what the host allows, in TOML or JSON (default: all but programs and fds by number)")
    .addOption(formatOption())
    .action(async (files, options) => end(await checkArgs(files, { ...options, version }, terminal)))
  program
    .command("completion-order")
    .description("judge by the QMP logs of both ends whether a machine with SPICE clients moved in the right order")
    .argument("<source>", "the log of the QEMU that the machine leaves: one message per line, its time in front")
    .argument("<target>", "the log of the QEMU that it comes to, by a clock that agrees")
    .addOption(formatOption())
    .action(async (source, target, options) =>
      end(await judgeCompletion([source, target], { ...options, version }, terminal)),
    )
  program
    .command("relay")
    .description("stand between clients and a SPICE server and let only checked migration data through")
    .option("--listen <address>", "tcp://host:port, unix:///path, or fd://name for a systemd socket")
    .option("--target <address>", "the server: tcp://host:port, tls://host:port or unix:///path")
    .addOption(new Option("--mode <mode>", "act on violations, or only count them (default: enforce)").choices(modes))
    .addOption(
      new Option(
        "--on-violation <reaction>",
        "end the connection, or send an empty state where there is a safe one (default: disconnect)",
      ).choices(reactions),
    )
    .option("--qmp <address>", "a QMP monitor of the server's QEMU, which says whether it expects a machine")
    .option("--metrics <address>", "where to serve /metrics, /healthz and /readyz")
    .addOption(
      new Option("--config <file>", "listeners, TLS, limits and receivers in TOML; read again with SIGHUP").conflicts([
        "listen",
        "target",
        "mode",
        "onViolation",
        "qmp",
        "metrics",
      ]),
    )
    .option("--check-config", "check the configuration and the files that it names, and do nothing else")
    .action(async (options) => {
      const { relay } = await import("./relay.js")
      end(await relay(options, terminal))
    })
  program
    .command("emit")
    .description("write the layouts of a module, or SPICE's formats, in another language")
    .argument("[module]", "a JavaScript module that exports layouts")
    .addOption(
      new Option("--to <language>", "the language to write")
        .choices(["c", "typescript", "kaitai", "hexpat", "wireshark", "markdown"])
        .makeOptionMandatory(),
    )
    .option("-o, --output <folder>", "where to write the files", ".")
    .action(async (module, options) => {
      const { emit } = await import("./emit.js")
      end(await emit(module, options, terminal))
    })
  program
    .command("seal-key")
    .description(
      "create a key file for sealing, with the mode 0600, or change which keys it has; no key is ever printed",
    )
    .argument("<file>", "the key file")
    .addOption(new Option("--add", "add a key that is accepted").conflicts(["activate", "remove"]))
    .addOption(new Option("--activate <id>", "seal with this key from now on").argParser(keyId).conflicts("remove"))
    .addOption(new Option("--remove <id>", "forget a key that is not active").argParser(keyId))
    .action(async (file, options) => {
      const { sealKey } = await import("./seal-key.js")
      end(sealKey(file, options, terminal))
    })
  bound(program.command("seal"))
    .description("seal a blob as the guard of a source does")
    .addOption(new Option("--lifetime <seconds>", "when it expires").argParser(wholeNumber(1)).default(60))
    .addOption(
      new Option("--certificate <file>", "sign with a host's certificate in PEM, in place of a key file").conflicts(
        "keys",
      ),
    )
    .addOption(new Option("--key <file>", "the private key of that certificate, in PEM").conflicts("keys"))
    .requiredOption("-o, --output <file>", "where the envelope goes")
    .action(async (file, options, command) => {
      needOneOf(command, options.keys, "--certificate and --key", [options.certificate, options.key])
      const { sealFile } = await import("./seal.js")
      end(await sealFile(file, options, terminal))
    })
  bound(program.command("open"))
    .description("say what an envelope is, and open it as the guard of a target does; exit 1 if it is refused")
    .addOption(
      new Option("--ca <file>", "authorities in PEM whose hosts are believed, in place of a key file").conflicts(
        "keys",
      ),
    )
    .addOption(
      new Option("--subject <subject>", "a host that is believed, such as O=Example,CN=host; may be repeated")
        .argParser((subject, before: readonly string[] = []) => [...before, subject])
        .conflicts("keys"),
    )
    .option("-o, --output <file>", "where the state goes")
    .action(async (file, options, command) => {
      needOneOf(command, options.keys, "--ca and --subject", [options.ca, options.subject])
      const { openFile } = await import("./open.js")
      end(await openFile(file, options, terminal))
    })
  program
    .command("completion")
    .description("write what completes this command line in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action((shell) => {
      terminal.stdout.write(completionOf(shell, program))
      end(exitCode.accepted)
    })
  program
    .command("fuzz")
    .description("attack the decoders and codecs with inputs that coverage guides; exit 1 on any finding")
    .argument("[target...]", "fuzz targets (default: all of them)")
    .option("--targets <folder>", "fuzz the layouts that the modules of a folder export, each under its format's name")
    .addOption(new Option("--time <seconds>", "how long to fuzz each target").argParser(wholeNumber(1)).default(60))
    .addOption(
      new Option("--jobs <n>", "how many processes fuzz at once")
        .argParser(wholeNumber(1))
        .default(availableParallelism(), "one for each core"),
    )
    .addOption(
      new Option("--runs <n>", "execute this many inputs beyond the seeds, always the same ones")
        .argParser(wholeNumber(0))
        .conflicts("time"),
    )
    .addOption(new Option("--seed <n>", "the seed of the random numbers").argParser(wholeNumber(1)))
    .addOption(new Option("--input <file>", "execute one input of one target").conflicts(["time", "runs", "seed"]))
    .action(async (targets, options) => {
      const { fuzz } = await import("./fuzz.js")
      end(await fuzz(targets, options, terminal))
    })
  for (const command of program.commands) addHelp(command)
  return withHelp(
    program,
    judging(
      "what was judged is accepted, or what was asked for is done",
      "something is rejected, or something was found",
    ),
    ["Check a blob", "migration-guard check blob.bin"],
    ["See what is wrong with it", "migration-guard explain blob.bin"],
    ["What a command takes", "migration-guard help check"],
  )
}

/** The width of help where nothing says how wide the terminal is. */
const defaultColumns = 80

/** An error of commander's as one line that begins as all others do. */
const errorLine = (text: string): string => {
  const line = text
    .trimEnd()
    .replace(/^error: /, "")
    .replace(/\n(\(Did you mean [^\n]*\))$/, " $1")
  return `migration-guard: ${printable(line)}\n`
}

/** Runs the command line with the arguments behind the program's name; returns the exit code. */
export const runProgram = async (argv: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  let code: ExitCode = exitCode.failed
  try {
    await commandLine(terminal, (ended) => {
      code = ended
    }).parseAsync(argv, { from: "user" })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? exitCode.accepted : exitCode.failed
  }
}
