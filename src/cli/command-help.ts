import type { Command } from "commander"
import { type CommandHelp, doing, judging, withHelp } from "./help.js"

/** The exit codes and examples of each command, beside what its definition says. */
const helps: Readonly<Record<string, CommandHelp>> = {
  check: {
    exits: judging("all files are accepted", "at least one is rejected"),
    examples: [
      ["Check everything in a directory", "migration-guard check captures/"],
      ["Check it for the target of a relay's listener", "migration-guard check --receiver relay.toml#vm-7 blob.bin"],
      ["A log for code scanning", "migration-guard check --format sarif captures/ > log.sarif"],
    ],
  },
  explain: {
    exits: judging("the file is accepted", "it is rejected"),
    examples: [
      ["Which byte, which rule, and what would follow", "migration-guard explain blob.bin"],
      ["A page to send to somebody", "migration-guard explain --format html blob.bin > blob.html"],
      ["The state, to change and encode again", "migration-guard explain --format json blob.bin > state.json"],
    ],
  },
  explore: {
    exits: doing("it was stopped"),
    examples: [
      ["What a blob is, and what a changed byte would do", "migration-guard explore blob.bin"],
      ["The blobs of a capture, with the samples", "migration-guard explore migration.pcapng"],
    ],
  },
  encode: {
    exits: judging("the blob is written", "the state breaks a rule, and nothing is written"),
    examples: [["Back to bytes", "migration-guard encode -o blob.bin state.json"]],
  },
  diff: {
    exits: judging("no field differs", "some fields differ"),
    examples: [["What a client changed on the way", "migration-guard diff sent.bin received.bin"]],
  },
  extract: {
    exits: judging("everything that migrated is accepted", "something is rejected"),
    examples: [
      ["What migrated, and what the session's rules say", "migration-guard extract migration.pcapng"],
      ["The data, with an index", "migration-guard extract -o blobs/ migration.pcapng"],
    ],
  },
  "check-args": {
    exits: judging("all are accepted", "one is rejected"),
    examples: [
      ["A log of QMP commands", "migration-guard check-args --policy host.toml qmp.log"],
      ["An argument", `echo '{"uri":"tcp:h:4444"}' | migration-guard check-args --qemu-version 9.2 -`],
    ],
  },
  "completion-order": {
    exits: judging("the order is right", "the order is wrong"),
    examples: [["Logs of both ends", "migration-guard completion-order source.log target.log"]],
  },
  relay: {
    exits: doing("it was stopped, or the configuration is right"),
    examples: [
      ["In front of one server", "migration-guard relay --listen tcp://0.0.0.0:5900 --target tcp://127.0.0.1:5901"],
      ["Check a configuration", "migration-guard relay --config relay.toml --check-config"],
    ],
  },
  emit: {
    exits: doing("the files are written"),
    examples: [["C for SPICE's formats", "migration-guard emit --to c -o vendor/"]],
  },
  "seal-key": {
    exits: doing("the key file is written"),
    examples: [["A new key file", "migration-guard seal-key keys"]],
  },
  seal: {
    exits: doing("the envelope is written"),
    examples: [
      [
        "For triage",
        "migration-guard seal --keys keys --vm vm-7 --connection 1 --channel main -o envelope.bin blob.bin",
      ],
      [
        "With a host's certificate",
        "migration-guard seal --certificate cert.pem --key key.pem --vm vm-7 --connection 1 --channel main -o envelope.bin blob.bin",
      ],
    ],
  },
  open: {
    exits: judging("the envelope is opened", "it is refused"),
    examples: [
      ["For triage", "migration-guard open --keys keys --vm vm-7 --connection 1 --channel main envelope.bin"],
      [
        "Signed by a host",
        "migration-guard open --ca cacert.pem --subject O=Example,CN=host --vm vm-7 --connection 1 --channel main envelope.bin",
      ],
    ],
  },
  fuzz: {
    exits: judging("nothing was found", "something was"),
    examples: [["One target for ten minutes", "migration-guard fuzz --time 600 display-raw"]],
  },
  completion: {
    exits: doing("the completion is written"),
    examples: [
      ["For this shell", "source <(migration-guard completion bash)"],
      ["For every new shell", "migration-guard completion fish > ~/.config/fish/completions/migration-guard.fish"],
    ],
  },
}

/** Adds to a command's help what is said of it here. */
export const addHelp = (command: Command): void => {
  const help = helps[command.name()]
  if (help !== undefined) withHelp(command, help.exits, ...help.examples)
}
