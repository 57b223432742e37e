/**
 * Makes what OSS-Fuzz wants of every fuzz target: a module with the target's name in `.fuzz/oss-fuzz`, and in its folder
 * for results a seed corpus, a dictionary and options of libFuzzer, the same that `migration-guard fuzz` begins with.
 *
 *     tsx scripts/oss-fuzz.ts OUT WORK
 *
 * Prints a line for each target: the module, then jazzer.js' options. `oss-fuzz/build.sh` compiles them.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { zipSync } from "fflate"
import { readCorpus } from "../src/corpus.js"
import { buildTargets } from "../src/fuzz/build.js"
import { jazzerCommand, lengthLimit } from "../src/fuzz/jazzer.js"
import { dictionaryText, writeSeeds } from "../src/fuzz/seeds.js"
import { type FuzzTarget, loadTarget, targetNames } from "../src/fuzz/target.js"

const root = join(import.meta.dirname, "..")
const corpus = join(root, "corpus")

/** Where the targets are built, in the project's folder: that becomes part of the results as a whole. */
const folder = ".fuzz/oss-fuzz"

/**
 * The options that the runner starts a target with. Where the results are run is not known here, so what is to be
 * instrumented is named from the project's folder on.
 */
const optionsOf = (target: FuzzTarget, longest: number) => {
  const engine = { node: "node", cli: "cli.js", temporary: "" }
  const { args } = jazzerCommand(engine, { ...target, build: join(basename(root), folder) }, [lengthLimit(longest)])
  const end = args.indexOf("--")
  return { jazzer: args.slice(args.indexOf(target.module) + 1, end), libFuzzer: args.slice(end + 1) }
}

/** The text of an options file, as OSS-Fuzz's scripts and ClusterFuzz read it. */
const optionsText = (options: readonly string[]): string =>
  ["[libfuzzer]", ...options.map((option) => option.replace(/^-(\w+)=/, "$1 = "))].map((line) => `${line}\n`).join("")

/** An archive of some files, the same every time that these files are the same. */
const archiveOf = (files: readonly string[]): Uint8Array =>
  zipSync(Object.fromEntries(files.map((file) => [basename(file), readFileSync(file)])), {
    mtime: new Date(1980, 0, 1),
  })

const [out, work] = process.argv.slice(2)
if (out === undefined || work === undefined) throw new Error("usage: tsx scripts/oss-fuzz.ts OUT WORK")

const build = await buildTargets(root, join(root, folder))
const blobs = readCorpus(corpus)
for (const name of targetNames(root)) {
  const target = loadTarget(build, name)
  const { files, longest } = writeSeeds(target, join(work, "seeds", name), [corpus], blobs)
  const { jazzer, libFuzzer } = optionsOf(target, longest)
  writeFileSync(join(out, `${name}_seed_corpus.zip`), archiveOf(files))
  if (target.dictionary.length > 0) writeFileSync(join(out, `${name}.dict`), dictionaryText(target))
  writeFileSync(join(out, `${name}.options`), optionsText(libFuzzer))
  // A fuzzer has the name of its module, and must not have a dot in it.
  writeFileSync(join(build, `${name}.js`), `module.exports = require("./fuzz/${name}.fuzz.js")\n`)
  console.log([`${folder}/${name}.js`, ...jazzer].join(" "))
}
