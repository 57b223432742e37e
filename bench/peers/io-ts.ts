import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import type { ReceiverState } from "../../src/index.js"
import { contender } from "../contender.js"
import { decodePlainly, idsAscend, plainRows, regionOrdered } from "./plain.js"

/** A number or bigint of one range, as a type of its own: one for each field. */
const within = <N extends number | bigint>(name: string, kind: "number" | "bigint", min: N, max: N) => {
  const is = (value: unknown): value is N => typeof value === kind && (value as N) >= min && (value as N) <= max
  return new t.Type<N, N, unknown>(
    name,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  )
}

const u8 = within<number>("u8", "number", 0, 0xff)
const u32 = within<number>("u32", "number", 0, 0xffffffff)
const i32 = within<number>("i32", "number", -0x80000000, 0x7fffffff)
const u64 = within<bigint>("u64", "bigint", 0n, 2n ** 64n - 1n)
const bit = within<number>("boolean", "number", 0, 1)

/** An array or object of a type that must also be so; what io-ts's own refinement of a type does. */
const suchThat = <A, O>(type: t.Type<A, O>, name: string, holds: (value: A) => boolean) =>
  new t.Type<A, O, unknown>(
    name,
    (value): value is A => type.is(value) && holds(value),
    (value, context) => {
      const decoded = type.validate(value, context)
      return E.isLeft(decoded) || holds(decoded.right) ? decoded : t.failure(value, context)
    },
    type.encode,
  )

const displayType = (receiver: ReceiverState) => {
  const id = within("surface id", "number", 0, receiver.surfaceTableSize - 1)
  const surface = suchThat(
    t.type({ id, left: i32, top: i32, right: i32, bottom: i32 }),
    "surface with its region ordered",
    regionOrdered,
  )
  return t.type({
    size: within("size", "number", 84, receiver.maxBlobBytes.display),
    magic: t.literal(0x444d4344),
    version: t.literal(1),
    message_serial: u64,
    low_bandwidth_setting: bit,
    pixmap_cache_id: u8,
    pixmap_cache_size: within("pixmap_cache_size", "bigint", 0n, 2n ** 63n - 1n),
    pixmap_cache_freezer: bit,
    pixmap_cache_clients: t.array(u64),
    glz_dict_id: u8,
    glz: t.type({
      size: within("glz.size", "number", 0, receiver.glzMaxPixels),
      max_encoders: t.literal(receiver.maxEncoders),
      last_image_id: u64,
    }),
    surfaces_at_client_ptr: suchThat(u32, "pointer", (pointer) => pointer === 80),
    surfaces: suchThat(t.array(surface), "surfaces in ascending order", idsAscend),
  })
}

export const ioTs = contender({
  name: "plain decode + io-ts type per field",
  checks: "all",
  surfaces: "objects",
  prepare: (receiver) => {
    const type = displayType(receiver)
    return (bytes) => type.decode(decodePlainly(bytes))
  },
  rows: (decoded) => (E.isRight(decoded) ? plainRows(decoded.right) : undefined),
})
