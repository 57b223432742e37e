import * as t from "io-ts"
import { byteLength } from "../data/json.js"
import { type Issue, issue, issueAt, ok, refined } from "../data/refinement.js"
import { knownMembers, type SocketAddressLegacy, socketAddressLegacy } from "./addresses.js"
import type { Context } from "./context.js"
import { uint32 } from "./number.js"
import { qemuRules } from "./rules.js"
import { identifier, isIdentifier, name, text } from "./text.js"

/**
 * The arguments of QMP's `nbd-server-start`, by which the target of a storage migration waits for disks.
 *
 * @since 0.6.0
 */
export interface NbdServerStartArguments {
  readonly addr: SocketAddressLegacy
  /** Seconds, 0 for no limit; from QEMU 10.0 on. */
  readonly "handshake-max-seconds"?: number
  readonly "tls-creds"?: string
  readonly "tls-authz"?: string
  /** 0 for no limit. */
  readonly "max-connections"?: number
}

/**
 * The arguments of QMP's `nbd-server-add`, deprecated since QEMU 5.2.
 *
 * @since 0.6.0
 */
export interface NbdServerAddArguments {
  readonly device: string
  readonly name?: string
  readonly description?: string
  readonly writable?: boolean
  readonly bitmap?: string
}

/**
 * The arguments of QMP's `block-export-add` for an export of type nbd.
 *
 * @since 0.6.0
 */
export interface BlockExportAddArguments {
  readonly type: "nbd"
  readonly id: string
  readonly "node-name": string
  readonly iothread?: string
  readonly "fixed-iothread"?: boolean
  readonly writable?: boolean
  readonly writethrough?: boolean
  /** From QEMU 10.0 on. */
  readonly "allow-inactive"?: boolean
  readonly name?: string
  readonly description?: string
  /** Names of bitmaps, each of a node of its own where that is given. */
  readonly bitmaps?: readonly (string | { readonly node: string; readonly name: string })[]
  readonly "allocation-depth"?: boolean
}

/** NBD_MAX_STRING_SIZE of include/block/nbd.h, in bytes. */
const maxName = 4096

const exportName = refined(text, (value) => {
  const size = byteLength(value)
  return size <= maxName ? ok : issue(qemuRules.nbdName, size, maxName)
})

/** The arguments of `nbd-server-start` as an io-ts type. */
export const nbdServerStart = (context: Context): t.Type<NbdServerStartArguments, unknown> => {
  const options = {
    "handshake-max-seconds": uint32,
    "tls-creds": text,
    "tls-authz": text,
    "max-connections": uint32,
  }
  return t.exact(
    t.intersection([
      t.type({ addr: socketAddressLegacy(context) }),
      t.partial(knownMembers(context, "nbd-server-start", options)),
    ]),
  )
}

/** A name that is the id of an export as well (qmp_nbd_server_add of blockdev-nbd.c): QEMU refuses what is none. */
const exportId = refined(exportName, (value) => (isIdentifier(value) ? ok : issue(qemuRules.identifier)))

/** Without a name, that of the device is the id of the export. */
const nameIssues = ({ device, name }: NbdServerAddArguments): readonly Issue[] =>
  name !== undefined || isIdentifier(device) ? ok : issueAt("device", qemuRules.identifier)

/** The arguments of `nbd-server-add` as an io-ts type. */
export const nbdServerAdd = (): t.Type<NbdServerAddArguments, unknown> =>
  refined(
    t.exact(
      t.intersection([
        t.type({ device: name }),
        t.partial({ name: exportId, description: exportName, writable: t.boolean, bitmap: name }),
      ]),
    ) as t.Type<NbdServerAddArguments, unknown>,
    nameIssues,
  )

/** The arguments of `block-export-add`, of an export of type nbd, as an io-ts type. */
export const blockExportAdd = (context: Context): t.Type<BlockExportAddArguments, unknown> => {
  const options = {
    iothread: name,
    "fixed-iothread": t.boolean,
    writable: t.boolean,
    writethrough: t.boolean,
    "allow-inactive": t.boolean,
    name: exportName,
    description: exportName,
    bitmaps: t.readonlyArray(t.union([name, t.exact(t.type({ node: name, name }))])),
    "allocation-depth": t.boolean,
  }
  return t.exact(
    t.intersection([
      t.type({ type: t.literal("nbd"), id: identifier, "node-name": name }),
      t.partial(knownMembers(context, "block-export-add", options)),
    ]),
  )
}
