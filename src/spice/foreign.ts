import { type FileLanguage, fileOf, type TextFile } from "../layout/backends/files.js"
import { formats } from "./formats.js"
import { wiresharkFiles } from "./wireshark.js"

/**
 * SPICE's formats in the languages of other programs.
 *
 * @param originOf - what the first line of each file says, by the name of its format
 */
export const spiceFiles = (language: FileLanguage, originOf: (format: string) => string): readonly TextFile[] =>
  language === "wireshark"
    ? wiresharkFiles(originOf)
    : Object.values(formats).map((layout) => fileOf(language, layout, originOf(layout.format)))
