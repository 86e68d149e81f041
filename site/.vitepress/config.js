import fs from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vitepress'

const ROOT = path.resolve(import.meta.dirname, '../..')
const OUTPUT = path.join(ROOT, 'target/site')
const ALL_PAGES = 'docs/README.md'

/** GitHub shows README.md for a folder, a web server shows index.html. */
const named = link => link.replace(/(^|\/)README\.md(?=$|#)/, '$1index.md')

/** The navigation: the chapters of the list of all pages, and the title of each page that is listed there. */
function chapters() {
  const read = page => fs.readFileSync(path.join(ROOT, page), 'utf8')
  const [, ...chapters] = read(ALL_PAGES).split(/^## /m)
  return chapters.map(chapter => ({
    text: chapter.match(/^[^:\n]+/)[0],
    items: [...chapter.matchAll(/\]\(([^)#]+\.md)\)/g)]
      .map(([, link]) => path.posix.join(path.dirname(ALL_PAGES), link))
      .map(page => ({ text: read(page).match(/^# (.+)/)[1].replaceAll('`', ''), link: '/' + page })),
  }))
}

/** Anchors as GitHub makes them of headings: pages link to them. */
const slugify = heading =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

/** Files that are no pages, and to which a page links: they are copied, so that the relative link stays what it is. */
const linkedFiles = new Set()

function links(md) {
  md.core.ruler.push('links', ({ tokens, env }) => {
    const inline = tokens.flatMap(block => block.children ?? [])
    for (const link of inline.filter(token => token.type === 'link_open')) {
      const href = link.attrGet('href')
      if (/^([a-z]+:|#)/.test(href)) continue
      link.attrSet('href', named(href))
      if (!/\.md(#|$)/.test(href)) {
        linkedFiles.add(path.resolve(path.dirname(env.realPath ?? env.path), decodeURI(href)))
        link.attrSet('target', '_self') // or VitePress takes it for a page
      }
    }
  })
}

/** Pages are Markdown and nothing else: in text, the syntax of HTML, Vue, attributes and emoji means itself. */
function plain(md) {
  const render = md.render.bind(md)
  md.render = (source, env) => render(source, env).replaceAll('{{', '&#123;&#123;')
  md.disable('emoji')
  md.core.ruler.push('indented', ({ tokens }) => {
    for (const code of tokens.filter(token => token.type === 'code_block')) code.type = 'fence' // or it does not scroll
  })
}

/** A page becomes a module of Vue, and would look for Vue in its own parent folders: that is in this one. */
const imports = {
  name: 'imports',
  enforce: 'pre',
  resolveId(id, importer, options) {
    const ofPage = importer?.replace(/\?.*/, '').endsWith('.md')
    return ofPage && /^vue\b/.test(id) ? this.resolve(id, import.meta.filename, { ...options, skipSelf: true }) : null
  },
}

export default defineConfig({
  title: 'Weft',
  description: 'Await-style Java on virtual threads, with Reactor and RxJava',
  srcDir: ROOT,
  srcExclude: ['!(docs)/*', '!(docs)/*/**'],
  rewrites: named,
  outDir: OUTPUT,
  cacheDir: path.join(ROOT, 'target/site-cache'),
  vite: { plugins: [imports] },
  head: [
    ['link', { rel: 'icon', href: 'data:,' }],
    // On a wide screen, there is room for lines of code.
    ['style', {}, ':root { --vp-layout-max-width: 1760px } .VPDoc .content-container { max-width: 64rem !important }'],
  ],
  markdown: {
    html: false,
    linkify: false,
    attrs: { disable: true },
    anchor: { slugify },
    config: md => md.use(links).use(plain),
  },
  themeConfig: {
    nav: [
      { text: 'All pages', link: '/docs/' },
      {
        text: 'Javadoc',
        items: ['weft-api', 'weft-reactor', 'weft-rxjava3', 'weft-test', 'weft-micrometer', 'weft-spring',
          'weft-spring-boot-starter', 'weft-rewrite', 'weft-tck'].map(module => ({
          text: module,
          link: `/javadoc/${module}/index.html`,
          target: '_self',
        })),
      },
    ],
    sidebar: chapters(),
    outline: [2, 3],
    search: { provider: 'local' },
  },
  buildEnd() {
    for (const file of linkedFiles) fs.cpSync(file, path.join(OUTPUT, path.relative(ROOT, file)), { recursive: true })
  },
})
