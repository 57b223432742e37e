import { ajv } from "./ajv.js"
import { typebox, typeboxTuned } from "./typebox.js"
import { valibot } from "./valibot.js"
import { zod } from "./zod.js"

export { ours, oursVerdict } from "./ours.js"
export { typebox, zod }
export const peers = [zod, valibot, typebox, typeboxTuned, ajv]
