import { z } from "zod"
import type { ReceiverState } from "../../src/index.js"
import { contender } from "../contender.js"
import { decodePlainly, idsAscend, plainRows, regionOrdered } from "./plain.js"

const u8 = z.int().min(0).max(0xff)
const bit = z.int().min(0).max(1)

const displaySchema = (receiver: ReceiverState) => {
  const surface = z
    .object({
      id: z
        .uint32()
        .min(0)
        .max(receiver.surfaceTableSize - 1),
      left: z.int32(),
      top: z.int32(),
      right: z.int32(),
      bottom: z.int32(),
    })
    .refine(regionOrdered)
  return z.object({
    size: z.int().max(receiver.maxBlobBytes.display),
    magic: z.literal(0x444d4344),
    version: z.literal(1),
    message_serial: z.uint64(),
    low_bandwidth_setting: bit,
    pixmap_cache_id: u8,
    pixmap_cache_size: z.int64().min(0n),
    pixmap_cache_freezer: bit,
    pixmap_cache_clients: z.array(z.uint64()).length(4),
    glz_dict_id: u8,
    glz: z.object({
      size: z.uint32().max(receiver.glzMaxPixels),
      max_encoders: z.literal(receiver.maxEncoders),
      last_image_id: z.uint64(),
    }),
    surfaces_at_client_ptr: z.literal(80),
    surfaces: z.array(surface).refine(idsAscend),
  })
}

export const zod = contender({
  name: "plain decode + zod 4",
  checks: "all",
  surfaces: "objects",
  prepare: (receiver) => {
    const schema = displaySchema(receiver)
    return (bytes) => schema.safeParse(decodePlainly(bytes))
  },
  rows: ({ data }) => data && plainRows(data),
})
