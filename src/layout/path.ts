/** The path of something inside a scope whose own path is known. */
export const pathIn = (path: string, name: string): string =>
  path === "" || name === "" || /^[[#.]/.test(name) ? `${path}${name}` : `${path}.${name}`
