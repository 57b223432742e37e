import { describe, expect, test } from "vitest"
import { fuzzingForRuns, fuzzingForTime, jazzerCommand, merging, minimising, replaying } from "../../src/fuzz/jazzer.js"
import { targetNamed } from "./harness.js"

const engine = { node: "/bin/node", cli: "/jazzer/cli.js", temporary: "/tmp/run" }
const fuzzing = { corpus: "/c", dictionary: "/d", artifacts: "/a", longest: 10, seed: undefined }

describe("jazzer.js", () => {
  test("instruments what is under test, in the build alone", () => {
    const target = targetNamed("raw", { underTest: ["src/spice/", "src/layout/"] })
    expect(jazzerCommand(engine, target, ["x"])).toEqual({
      file: "/bin/node",
      args: [
        "/jazzer/cli.js",
        "/build/fuzz/raw.fuzz.js",
        "--sync",
        "--timeout=5000",
        "--disable_bug_detectors=.*",
        ...["-i", "/build/src/spice/", "-i", "/build/src/layout/"],
        "--",
        "x",
        "-rss_limit_mb=2048",
      ],
      environment: { TMPDIR: "/tmp/run" },
    })
  })

  test("has its bug detectors where the target wants them", () => {
    const { args } = jazzerCommand(engine, targetNamed("raw", { detectors: true }), [])
    expect(args.filter((arg) => arg.includes("detectors"))).toEqual([])
  })
})

describe("libFuzzer", () => {
  const common = ["-dict=/d", "-artifact_prefix=/a/", "-max_len=8192", "-print_final_stats=1"]

  test("fuzzes for a time, with seeds that stay as they are", () => {
    expect(fuzzingForTime(fuzzing, "/s", 60)).toEqual(["/c", "/s", ...common, "-max_total_time=60"])
  })

  test("makes inputs that are as long as the longest seed", () => {
    expect(fuzzingForTime({ ...fuzzing, longest: 9000 }, "/s", 60)).toContain("-max_len=9000")
    expect(merging("/m", ["/c"], "/a", 9000)).toContain("-max_len=9000")
  })

  test("executes so many inputs beyond the seeds and the empty one", () => {
    const args = ["/c", "-seed_inputs=@/l", ...common, "-seed=7", "-reload=0", "-runs=106"]
    expect(fuzzingForRuns({ ...fuzzing, seed: 7 }, "/l", 5, 100)).toEqual(args)
  })

  test("executes one input", () => expect(replaying("/i", "/a")).toEqual(["/i", "-artifact_prefix=/a/"]))

  test("minimises within bounds", () => {
    const args = ["/i", "-minimize_crash=1", "-exact_artifact_path=/o", "-runs=100000", "-max_total_time=10", "-seed=1"]
    expect(minimising("/i", "/o")).toEqual(args)
  })

  test("merges into the first of its folders", () => {
    expect(merging("/m", ["/c", "/s"], "/a", 1)).toEqual([
      ...["-merge=1", "/m", "/c", "/s"],
      ...["-artifact_prefix=/a/", "-max_len=8192"],
    ])
  })
})
