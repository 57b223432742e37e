/** The glibc that the addon of jazzer.js 4 is linked against. */
const needed = "2.38"

/** Whether a version of glibc is older than another one. */
export const isOlder = (version: string, than: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  const [thanMajor = 0, thanMinor = 0] = than.split(".").map(Number)
  return major < thanMajor || (major === thanMajor && minor < thanMinor)
}

/** The glibc that this process runs on, if it is one. */
export const glibcVersion = (): string | undefined => {
  const { header } = Object(process.report.getReport())
  const version: unknown = Object(header).glibcVersionRuntime
  return typeof version === "string" ? version : undefined
}

/** Whether jazzer.js cannot be loaded with this glibc. */
export const isTooOld = (version: string | undefined): version is string =>
  version !== undefined && isOlder(version, needed)
