/** The suffixes of a size, each 1024 times the one before it; B is 1. */
const suffixes = "BKMGTPE"

/**
 * A size as `qemu_strtosz` of QEMU 10.0 (util/cutils.c) reads it, in bytes: decimal with a suffix and a fraction, or
 * hexadecimal. Undefined where that refuses, passes over spaces and zeros, or rounds.
 */
export const parseSize = (text: string): number | bigint | undefined => {
  if (/^0[xX][0-9a-fA-F]{1,16}$/.test(text)) return narrowed(BigInt(text))
  const [, whole, fraction = "", suffix = "B"] =
    /^(0|[1-9][0-9]{0,19})(?:\.([0-9]{1,15}))?([bBkKmMgGtTpPeE])?$/.exec(text) ?? []
  if (whole === undefined) return undefined
  const unit = 1024n ** BigInt(suffixes.indexOf(suffix.toUpperCase()))
  const parts = BigInt(whole + fraction) * unit
  const divisor = 10n ** BigInt(fraction.length)
  return parts % divisor === 0n ? narrowed(parts / divisor) : undefined
}

const narrowed = (size: bigint): number | bigint => (size <= Number.MAX_SAFE_INTEGER ? Number(size) : size)
