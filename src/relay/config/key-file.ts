import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs"
import * as E from "fp-ts/lib/Either.js"
import { type Keyring, keyring, mostKeyFileBytes } from "../../seal/keyring.js"
import { readUpTo } from "./read-up-to.js"

/**
 * Whether nobody but its owner and root can read a file: its mode is 0600 or less, or 0440 with root's group, as
 * systemd's credentials have it where an access control list lets the service in.
 */
const isPrivate = ({ mode, uid, gid }: Stats): boolean => {
  const permissions = mode & 0o777
  if (uid !== 0 && uid !== process.getuid?.()) return false
  return (permissions & 0o077) === 0 || (permissions === 0o440 && uid === 0 && gid === 0)
}

/**
 * Does something with the bytes of a key file, which are overwritten then. Throws where it is no file, where others can
 * read it, or where it is too large.
 */
export const withKeyFile = <A>(file: string, use: (bytes: Uint8Array) => A): A => {
  // Opening must not wait for the other end of a pipe.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  const bytes = new Uint8Array(mostKeyFileBytes + 1)
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile()) throw new Error(`${file}: a key file must be a regular file`)
    if (!isPrivate(status))
      throw new Error(`${file}: a key file must be owned by root or this user, and have the mode 0600: chmod 0600 it`)
    return use(readUpTo(descriptor, bytes))
  } finally {
    bytes.fill(0)
    closeSync(descriptor)
  }
}

/** The keys of a file. Throws where there are none to be had, saying why without a digit of any. */
export const readKeyring = (file: string): Keyring =>
  withKeyFile(file, (bytes) => {
    const keys = keyring(bytes)
    if (E.isRight(keys)) return keys.right
    throw new Error(`${file}: ${keys.left[0].message}`)
  })
