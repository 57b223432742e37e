/** The path of something inside a scope whose own path is known. */
export const pathIn = (path: string, name: string): string =>
  path === "" || name === "" || name.startsWith("[") || name.startsWith("#") ? `${path}${name}` : `${path}.${name}`
