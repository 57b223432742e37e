import { type CommandOptions, qemuVersions } from "../../../src/qemu/index.js"

/** Every command for every QEMU, without the draft and with it. */
export const contexts: readonly Required<CommandOptions>[] = (["migrate", "migrate-incoming"] as const).flatMap(
  (command) => qemuVersions.flatMap((version) => [false, true].map((draft) => ({ command, version, draft }))),
)

/** A context for the name of a test. */
export const shown = ({ command, version, draft }: Required<CommandOptions>): string =>
  `${command} of ${version}${draft ? " with the draft" : ""}`

/** JSON in which a bigint is an integer. */
export const written = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `@bigint ${part}@` : part)).replace(
    /"@bigint (\d+)@"/g,
    "$1",
  )
