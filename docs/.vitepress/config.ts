import { readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { defineConfig } from "vitepress"

const root = join(import.meta.dirname, "../..")
const { homepage, repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly homepage: string
  readonly repository: { readonly url: string }
}
const sources = `${repository.url.replace(/^git\+/, "").replace(/\.git$/, "")}/blob/main/`

/** The documents beside docs/, and where the site has them. */
const atTheTop: Readonly<Record<string, string>> = {
  "README.md": "readme.md",
  "SECURITY.md": "security.md",
  "CHANGELOG.md": "changelog.md",
  "CONTRIBUTING.md": "contributing.md",
}

const isElsewhere = (href: string): boolean => /^(#|[a-z]+:)/.test(href)

/** Links of the documents lead to files of the repository: those that are pages to their place here, others to the sources. */
const linkOf = (href: string, page: string): string => {
  if (isElsewhere(href)) return href
  const [path = "", anchor] = href.split("#")
  const file = relative(root, join(dirname(page), path))
  const place = atTheTop[file] ?? (file.startsWith("docs/") && file.endsWith(".md") ? file.slice("docs/".length) : undefined)
  if (place === undefined) return sources + file
  return `/${place}${anchor === undefined ? "" : `#${anchor}`}`
}

export default defineConfig({
  srcDir: "..",
  srcExclude: ["{node_modules,corpus,dist,coverage,reports,c,lab,fuzz,bench,test,src,site,formats,man,oss-fuzz}/**", "docs/reference/README.md"],
  outDir: join(root, ".site"),
  cacheDir: join(root, "node_modules/.cache/vitepress"),
  rewrites: {
    "docs/:path*": ":path*",
    ...atTheTop,
  },
  base: new URL(homepage).pathname,
  title: "migration-guard",
  description: "Checks SPICE migration data that a client relays between QEMU hosts, before a host process may look at it",
  lang: "en",
  cleanUrls: true,
  metaChunk: true,
  lastUpdated: false,
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (markdown) => {
      markdown.core.ruler.push("source-links", ({ tokens, env }) => {
        for (const { children } of tokens)
          for (const token of children ?? []) {
            const href = token.type === "link_open" ? token.attrGet("href") : null
            if (href !== null) token.attrSet("href", linkOf(href, env.realPath ?? env.path))
          }
      })
    },
  },
  themeConfig: {
    search: {
      provider: "local",
      // Without a label the button is called what it shows, which is its shortcut too.
      options: { translations: { button: { buttonAriaLabel: "" } } },
    },
    outline: [2, 3],
    nav: [
      { text: "Start", link: "/" },
      { text: "Library", link: "/guide/library" },
      { text: "Relay", link: "/guide/relay" },
      { text: "Triage", link: "/guide/triage" },
      { text: "Why was this refused?", link: "/rules" },
      { text: "Reference", link: "/reference/" },
    ],
    sidebar: [
      {
        text: "By what you do",
        items: [
          { text: "Link the library", link: "/guide/library" },
          { text: "Put the relay in front of a VM", link: "/guide/relay" },
          { text: "Triage a blob", link: "/guide/triage" },
          { text: "Fuzz", link: "/fuzzing" },
          { text: "Declare a format", link: "/layouts" },
          { text: "Use the C validator", link: "/c" },
        ],
      },
      {
        text: "How it works",
        items: [
          { text: "The relay", link: "/relay" },
          { text: "The order of messages", link: "/session" },
          { text: "Sealing", link: "/sealing" },
          { text: "Captures", link: "/captures" },
          { text: "The explorer", link: "/explorer" },
          { text: "Command line", link: "/command-line" },
          { text: "Formats", link: "/formats/README" },
          { text: "Rules", link: "/rules" },
          { text: "Security", link: "/security" },
          { text: "Glossary", link: "/glossary" },
        ],
      },
      {
        text: "Measured",
        items: [
          { text: "What hostile data does", link: "/exposure" },
          { text: "Where limits decide", link: "/limits" },
          { text: "Arguments, QEMU by QEMU", link: "/qemu-differences" },
          { text: "Performance", link: "/performance" },
          { text: "The lab", link: "/lab" },
        ],
      },
      {
        text: "The project",
        items: [
          { text: "Contributing", link: "/contributing" },
          { text: "Changelog", link: "/changelog" },
          { text: "Dependencies", link: "/dependencies" },
        ],
      },
    ],
  },
})
