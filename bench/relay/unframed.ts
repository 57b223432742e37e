import { register } from "node:module"

/** Loaded before this package's relay (`node --import`), it makes it look at no message: everything passes as it comes. */
register("./unframed-hooks.js", import.meta.url)
