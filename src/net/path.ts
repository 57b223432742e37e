/**
 * A path without empty and `.` parts; undefined for one that is not absolute, or has a `..` in it. What a `..` leads to
 * is for the kernel to say: behind a link it is not the directory that the path names.
 */
export const normalised = (path: string | undefined): string | undefined => {
  if (path?.startsWith("/") !== true) return undefined
  const parts = path.split("/").filter((part) => part !== "" && part !== ".")
  return parts.includes("..") ? undefined : `/${parts.join("/")}`
}
