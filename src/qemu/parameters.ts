import * as t from "io-ts"
import { byteLength } from "../data/json.js"
import { leaf } from "../data/leaf.js"
import { concat, type Issue, issue, issueAt, ok, refined } from "../data/refinement.js"
import { knownMembers } from "./addresses.js"
import type { Context } from "./context.js"
import { parameter, positive, powerOfTwo, size, uint32 } from "./number.js"
import { qemuRules } from "./rules.js"
import { identifier, name, text } from "./text.js"
import { isKnown, names, type QemuVersion } from "./versions.js"

/**
 * What `migrate-set-parameters` sets (MigrationParameters of qapi/migration.json). Ranges are those that QEMU checks;
 * the versions that have each member stand in the table of versions.
 *
 * @since 0.6.0
 */
export interface MigrateSetParametersArguments {
  /** What migrating does: normal, cpr-reboot, cpr-transfer, or cpr-exec, which runs `cpr-exec-command`. */
  readonly mode?: "normal" | "cpr-reboot" | "cpr-transfer" | "cpr-exec"
  /** The program that takes QEMU's place in the mode cpr-exec, an absolute path, and its arguments. */
  readonly "cpr-exec-command"?: readonly string[]
  /** Ids of TLS objects and the name that a certificate must have; null or "" for none. */
  readonly "tls-creds"?: string | null
  readonly "tls-hostname"?: string | null
  readonly "tls-authz"?: string | null
  readonly "multifd-channels"?: number
  readonly "multifd-compression"?: "none" | "zlib" | "zstd" | "qatzip" | "qpl" | "uadk"
  readonly "multifd-zlib-level"?: number
  readonly "multifd-zstd-level"?: number
  readonly "multifd-qatzip-level"?: number
  readonly "zero-page-detection"?: "none" | "legacy" | "multifd"
  readonly "direct-io"?: boolean
  readonly "block-bitmap-mapping"?: readonly BitmapMigrationNodeAlias[]
  readonly "announce-initial"?: number
  readonly "announce-max"?: number
  readonly "announce-rounds"?: number
  readonly "announce-step"?: number
  readonly "throttle-trigger-threshold"?: number
  readonly "cpu-throttle-initial"?: number
  readonly "cpu-throttle-increment"?: number
  readonly "cpu-throttle-tailslow"?: boolean
  readonly "max-cpu-throttle"?: number
  readonly "max-bandwidth"?: number | bigint
  readonly "avail-switchover-bandwidth"?: number | bigint
  readonly "max-postcopy-bandwidth"?: number | bigint
  /** Milliseconds, at most 2,000 s. */
  readonly "downtime-limit"?: number
  readonly "x-checkpoint-delay"?: number
  readonly "xbzrle-cache-size"?: number | bigint
  readonly "x-vcpu-dirty-limit-period"?: number
  readonly "vcpu-dirty-limit"?: number | bigint
  readonly "x-rdma-chunk-size"?: number | bigint
  readonly "compress-level"?: number
  readonly "compress-threads"?: number
  readonly "compress-wait-thread"?: boolean
  readonly "decompress-threads"?: number
  readonly "block-incremental"?: boolean
}

/** How the dirty bitmaps of a block node are called on the way. */
export interface BitmapMigrationNodeAlias {
  readonly "node-name": string
  readonly alias: string
  readonly bitmaps: readonly {
    readonly name: string
    readonly alias: string
    readonly transform?: { readonly persistent?: boolean }
  }[]
}

/** An enumeration's names that a version has. */
export const enumerationParameter = <N extends string>(
  version: QemuVersion,
  spans: (typeof names)[keyof typeof names] | Record<never, never>,
  all: readonly N[],
): t.Type<N, unknown> =>
  t.keyof(
    Object.fromEntries(all.filter((each) => isKnown(version, spans, each)).map((each) => [each, null])) as Record<
      N,
      null
    >,
  )

const textOrNull = leaf(
  "string or null",
  (input): input is string | null => input === null || (typeof input === "string" && text.is(input)),
)

const program = refined(t.readonlyArray(text), ([first]) => {
  if (first === undefined) return issue(qemuRules.cprCommandEmpty)
  return first.startsWith("/") ? ok : issueAt("0", qemuRules.argvAbsolute)
})

const maxNodeName = 31

const nodeName = refined(name, (value) => {
  const length = byteLength(value)
  return length <= maxNodeName ? ok : issue(qemuRules.nodeName, length, maxNodeName)
})

const twice = (values: readonly string[], key: string): readonly Issue[] =>
  values.flatMap((value, index) =>
    values.indexOf(value) < index ? [{ rule: qemuRules.aliasTwice, keys: [String(index), key] }] : [],
  )

const bitmap = t.exact(
  t.intersection([
    t.type({ name, alias: identifier }),
    t.partial({ transform: t.exact(t.partial({ persistent: t.boolean })) }),
  ]),
)

const bitmapMapping = refined(
  t.readonlyArray(
    t.exact(
      t.type({
        "node-name": nodeName,
        alias: identifier,
        bitmaps: refined(t.readonlyArray(bitmap), (all) =>
          concat(
            twice(
              all.map((each) => each.name),
              "name",
            ),
            twice(
              all.map((each) => each.alias),
              "alias",
            ),
          ),
        ),
      }),
    ),
  ),
  (all) =>
    concat(
      twice(
        all.map((each) => each["node-name"]),
        "node-name",
      ),
      twice(
        all.map((each) => each.alias),
        "alias",
      ),
    ),
)

const mebi = 1n << 20n

/** Everything that some version has (migrate_params_check of migration/options.c). */
const allParameters = (version: QemuVersion) => ({
  mode: enumerationParameter(version, names.MigMode, ["normal", "cpr-reboot", "cpr-transfer", "cpr-exec"]),
  "cpr-exec-command": program,
  "tls-creds": textOrNull,
  "tls-hostname": textOrNull,
  "tls-authz": textOrNull,
  "multifd-channels": parameter(1, 255),
  "multifd-compression": enumerationParameter(version, names.MultiFDCompression, [
    "none",
    "zlib",
    "zstd",
    "qatzip",
    "qpl",
    "uadk",
  ]),
  "multifd-zlib-level": parameter(0, 9),
  "multifd-zstd-level": parameter(0, 20),
  "multifd-qatzip-level": parameter(1, 9),
  "zero-page-detection": enumerationParameter(version, {}, ["none", "legacy", "multifd"]),
  "direct-io": t.boolean,
  "block-bitmap-mapping": bitmapMapping,
  "announce-initial": parameter(0, 100_000),
  "announce-max": parameter(0, 100_000),
  "announce-rounds": parameter(0, 1000),
  "announce-step": parameter(1, 10_000),
  "throttle-trigger-threshold": parameter(1, 100),
  "cpu-throttle-initial": parameter(1, 99),
  "cpu-throttle-increment": parameter(1, 99),
  "cpu-throttle-tailslow": t.boolean,
  "max-cpu-throttle": parameter(1, 99),
  "max-bandwidth": size,
  "avail-switchover-bandwidth": size,
  "max-postcopy-bandwidth": size,
  "downtime-limit": parameter(0, 2_000_000),
  "x-checkpoint-delay": uint32,
  "xbzrle-cache-size": powerOfTwo(4096n, 1n << 62n),
  "x-vcpu-dirty-limit-period": parameter(1, 1000),
  "vcpu-dirty-limit": positive(qemuRules.parameterRange),
  "x-rdma-chunk-size": powerOfTwo(mebi, 1024n * mebi),
  "compress-level": parameter(0, 9),
  "compress-threads": parameter(1, 255),
  "compress-wait-thread": t.boolean,
  "decompress-threads": parameter(1, 255),
  "block-incremental": t.boolean,
})

const throttleIssues = (args: MigrateSetParametersArguments): readonly Issue[] => {
  const { "cpu-throttle-initial": initial = 1, "max-cpu-throttle": most = 99 } = args
  return most < initial ? issueAt("max-cpu-throttle", qemuRules.parameterRange, most, initial) : ok
}

/** The arguments of `migrate-set-parameters` as an io-ts type. */
export const migrateSetParameters = (context: Context): t.Type<MigrateSetParametersArguments, unknown> =>
  refined(
    t.exact(t.partial(knownMembers(context, "migrate-set-parameters", allParameters(context.version)))),
    throttleIssues,
  )
