import { hkdfSync, type KeyObject } from "node:crypto"
import { keySize } from "./keyring.js"
import { commitmentSize, nonceSize } from "./sizes.js"

/** AES-256-GCM: with its instructions in every server's processor the fastest, and approved where that is asked for. */
export const algorithm = "aes-256-gcm"

/** What tells these keys from others that are derived from the same one. */
export const purpose = "migration-guard envelope 1"

/** What is derived for one envelope. */
export interface DerivedKeys {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  /** Says which key it was: finding two keys with the same one is finding a collision of HMAC-SHA256. */
  readonly commitment: Uint8Array
  /** Overwrites all of it. */
  readonly forget: () => void
}

/** HKDF-SHA256 of a key and an envelope's salt: a key of its own, so that no nonce is ever used twice with one. */
export const derive = (from: KeyObject, salt: Uint8Array): DerivedKeys => {
  const bytes = new Uint8Array(hkdfSync("sha256", from, salt, purpose, keySize + nonceSize + commitmentSize))
  return {
    key: bytes.subarray(0, keySize),
    nonce: bytes.subarray(keySize, keySize + nonceSize),
    commitment: bytes.subarray(keySize + nonceSize),
    forget: () => void bytes.fill(0),
  }
}
