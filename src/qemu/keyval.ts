import * as E from "fp-ts/lib/Either.js"
import { isDecimal } from "../net/decimal.js"

/** A value as key=value says it: a string, a list or an object. */
export type KeyvalValue = string | readonly KeyvalValue[] | { readonly [name: string]: KeyvalValue }

interface Branch {
  readonly parts: Map<string, Branch | string>
}

const key = /^(?:[A-Za-z][A-Za-z0-9_-]*|[0-9]+)(?:\.(?:[A-Za-z][A-Za-z0-9_-]*|[0-9]+))*$/

const maxDepth = 16

/** Puts a value where its keys lead; false where something else is there already. */
const put = ({ parts }: Branch, [name = "", ...more]: readonly string[], value: string): boolean => {
  const found = parts.get(name)
  if (more.length > 0) {
    if (typeof found === "string") return false
    const branch = found ?? { parts: new Map() }
    parts.set(name, branch)
    return put(branch, more, value)
  }
  parts.set(name, found ?? value)
  return found === undefined
}

/** A branch whose keys are 0, 1, 2, ... is a list. */
const built = ({ parts }: Branch): KeyvalValue => {
  const value = (part: Branch | string): KeyvalValue => (typeof part === "string" ? part : built(part))
  const isList = [...parts.keys()].every((name) => isDecimal(name) && Number(name) < parts.size)
  if (!isList) return Object.fromEntries([...parts].map(([name, part]) => [name, value(part)]))
  return [...parts].sort(([one], [other]) => Number(one) - Number(other)).map(([, part]) => value(part))
}

/**
 * Reads `main,addr.transport=file,addr.filename=/vm` as keyval_parse() does (util/keyval.c): the first value may stand
 * without its key, dots lead into objects and numbers into lists, two commas are one that belongs to a value.
 * Stricter than QEMU: no key twice.
 */
export const readKeyval = (text: string, impliedKey: string): E.Either<undefined, KeyvalValue> => {
  const root: Branch = { parts: new Map() }
  const parts = text.replaceAll(",,", "\0").split(",")
  for (const [index, part] of parts.entries()) {
    const written = part.replaceAll("\0", ",")
    const equals = written.indexOf("=")
    const isImplied = index === 0 && equals < 0
    const [name, value] = isImplied ? [impliedKey, written] : [written.slice(0, equals), written.slice(equals + 1)]
    const keys = name.split(".")
    if (equals < 0 && !isImplied) return E.left(undefined)
    if (!key.test(name) || keys.length > maxDepth || !put(root, keys, value)) return E.left(undefined)
  }
  return E.right(built(root))
}
