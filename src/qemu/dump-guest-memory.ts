import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { concat, type Issue, issue, issueAt, ok, refined } from "../data/refinement.js"
import { exact } from "../data/strict.js"
import { filename, type MigrationAddress } from "./addresses.js"
import type { Context } from "./context.js"
import { fdName } from "./descriptor-commands.js"
import { natural, positive } from "./number.js"
import { enumerationParameter } from "./parameters.js"
import { qemuRules } from "./rules.js"
import { text } from "./text.js"
import { names } from "./versions.js"

const formats = [
  ...(["elf", "kdump-zlib", "kdump-lzo", "kdump-snappy"] as const),
  ...(["kdump-raw-zlib", "kdump-raw-lzo", "kdump-raw-snappy", "win-dmp"] as const),
] as const

/**
 * The arguments of QMP's `dump-guest-memory`, which writes a machine's memory where a migration would.
 *
 * @since 0.6.0
 */
export interface DumpGuestMemoryArguments {
  readonly paging: boolean
  /** `file:PATH`, or `fd:NAME` of a descriptor that getfd named. */
  readonly protocol: string
  readonly detach?: boolean
  /** The first physical address, with `length`. */
  readonly begin?: number | bigint
  /** Bytes. */
  readonly length?: number | bigint
  readonly format?: (typeof formats)[number]
}

const readFdName = exact(fdName)
const readFilename = exact(filename)

/** Where a dump goes; undefined for what is not well-formed. */
export const dumpAddress = (protocol: string): MigrationAddress | undefined => {
  const [, scheme, rest = ""] = /^(fd|file):(.*)$/su.exec(protocol) ?? []
  if (scheme === "fd") return { transport: "socket", type: "fd", str: rest }
  return scheme === "file" ? { transport: "file", filename: rest, offset: 0 } : undefined
}

const protocol = refined(text, (value) => {
  const address = dumpAddress(value)
  if (address === undefined) return issue(qemuRules.dumpProtocol)
  const read = address.transport === "file" ? readFilename(address.filename) : readFdName(value.slice(3))
  return E.isLeft(read) ? read.left : ok
})

const rangeIssues = ({ begin, length }: DumpGuestMemoryArguments): readonly Issue[] =>
  (begin === undefined) === (length === undefined) ? ok : issue(qemuRules.dumpRange)

const formatIssues = ({ format = "elf", paging, begin, length }: DumpGuestMemoryArguments): readonly Issue[] =>
  format !== "elf" && (paging || begin !== undefined || length !== undefined)
    ? issueAt("format", qemuRules.dumpFormat)
    : ok

/** The arguments of `dump-guest-memory` as an io-ts type. */
export const dumpGuestMemory = ({ version }: Context): t.Type<DumpGuestMemoryArguments, unknown> => {
  const bytes = natural(qemuRules.dumpRange)
  return refined(
    t.exact(
      t.intersection([
        t.type({ paging: t.boolean, protocol }),
        t.partial({
          detach: t.boolean,
          begin: bytes,
          length: positive(qemuRules.dumpRange),
          format: enumerationParameter(version, names.DumpGuestMemoryFormat, formats),
        }),
      ]),
    ),
    (value) => concat(rangeIssues(value), formatIssues(value)),
  )
}
