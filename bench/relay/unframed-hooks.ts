import type { ResolveHook } from "node:module"

/** Puts an inspector that looks at nothing in the place of the relay's own. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context)
  return resolved.url.endsWith("/dist/relay/inspect/enforce.js")
    ? { ...resolved, url: new URL("./unframed-inspector.js", import.meta.url).href }
    : resolved
}
