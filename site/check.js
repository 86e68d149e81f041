#!/usr/bin/env node
// Loads each page of target/site in Chromium, on a desktop and on a phone, follows its links and searches. Fails on an error
// in the console, a request that leaves the site, a dead link, what is wider than a phone, and a search that finds nothing.
// CHROMIUM names the browser, if it is not the `chromium` on the path.
import fs from 'node:fs'
import path from 'node:path'
import { execFileSync } from 'node:child_process'
import http from 'node:http'
import { chromium } from 'playwright-core'

const SITE = path.resolve(import.meta.dirname, '../target/site')
const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 400, height: 800 }
const SEARCHES = { Jox: '/docs/guide/channels.html', awaitSingle: '/docs/', asyncio: '/docs/migrate/from-asyncio.html' }
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }

const failures = []
const fail = (where, what) => failures.push(`${where}: ${what}`)

/** The file that a web server shows for a path, or undefined. */
function fileOf(pathname) {
  const file = path.join(SITE, decodeURIComponent(pathname), pathname.endsWith('/') ? 'index.html' : '')
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined
}

function serve(request, response) {
  const file = fileOf(new URL(request.url, 'http://site').pathname)
  response.writeHead(file ? 200 : 404, { 'content-type': TYPES[path.extname(file ?? '')] ?? 'application/octet-stream' })
  response.end(file && fs.readFileSync(file))
}

const inSite = (origin, url) => url.startsWith(origin + '/') || url.startsWith('data:')

/** Opens a page until its script runs, and notes what goes wrong in it. */
async function open(page, url) {
  const response = await page.goto(url)
  if (response.status() !== 200) fail(url, `status ${response.status()}`)
  await page.waitForFunction(() => document.querySelector('#app')?.__vue_app__)
}

async function newPage(browser, origin, viewport) {
  const page = await browser.newPage({ viewport })
  page.on('console', message => ['error', 'warning'].includes(message.type()) && fail(page.url(), message.text()))
  page.on('pageerror', error => fail(page.url(), error.stack))
  page.on('request', request => inSite(origin, request.url()) || fail(page.url(), `asks for ${request.url()}`))
  return page
}

/** What reaches beyond the window, except within a block or table that scrolls by itself. */
function tooWide() {
  const scrolls = element => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX)
  const inScroller = element => element && (scrolls(element) || inScroller(element.parentElement))
  return [...document.querySelectorAll('.VPContent *')]
    .filter(element => element.getBoundingClientRect().right > innerWidth + 1 && !inScroller(element))
    .map(element => `${element.tagName} ${element.textContent.slice(0, 60)}`)
}

const links = () => [...document.querySelectorAll('a[href]')].map(link => link.href)
const anchors = () => [...document.querySelectorAll('[id]')].map(element => element.id)

/** Of each address without a fragment, the anchors. */
const anchorsOf = new Map()
const linksOf = new Map()

async function checkPage(desktop, phone, url) {
  await open(desktop, url)
  linksOf.set(url, await desktop.evaluate(links))
  anchorsOf.set(url, new Set(await desktop.evaluate(anchors)))
  await open(phone, url)
  for (const wide of new Set(await phone.evaluate(tooWide))) fail(url, `wider than ${PHONE.width} pixels: ${wide}`)
  if (await phone.evaluate(() => document.documentElement.scrollWidth > innerWidth)) fail(url, 'scrolls sideways')
}

/** A link to a folder or to Javadoc has a file; one to a page also its anchor. */
function checkLink(origin, from, link) {
  if (!inSite(origin, link)) return
  const { pathname, hash } = new URL(link)
  if (!fileOf(pathname)) return fail(from, `dead link ${link}`)
  const known = anchorsOf.get(origin + pathname.replace(/\/$/, '/index.html'))
  if (hash && known && !known.has(decodeURIComponent(hash.slice(1)))) fail(from, `dead anchor ${link}`)
}

async function checkSearch(page, origin, word, expected) {
  await open(page, `${origin}/index.html`)
  await page.click('.VPNavBarSearch button')
  await page.fill('#localsearch-input', word)
  const found = page.locator(`#localsearch-list a[href*="${expected}"]`).first()
  await found.waitFor({ timeout: 20_000 }).catch(() => fail('search', `${word} does not find ${expected}`))
}

const server = http.createServer(serve)
await new Promise(listening => server.listen(0, '127.0.0.1', listening))
const origin = `http://127.0.0.1:${server.address().port}`
const executablePath = process.env.CHROMIUM ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim()
const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ['--no-sandbox'] : [] })
try {
  const desktop = await newPage(browser, origin, DESKTOP)
  const phone = await newPage(browser, origin, PHONE)
  const pages = fs
    .readdirSync(SITE, { recursive: true })
    .filter(file => file.endsWith('.html') && file !== '404.html' && !file.startsWith('javadoc/'))
    .map(file => `${origin}/${file}`)
  for (const url of pages) await checkPage(desktop, phone, url)
  for (const [from, targets] of linksOf) for (const link of targets) checkLink(origin, from, link)
  for (const [word, expected] of Object.entries(SEARCHES)) await checkSearch(desktop, origin, word, expected)
} finally {
  await browser.close()
  server.close()
}

for (const failure of failures) console.error(failure)
console.log(`${linksOf.size} pages, ${[...linksOf.values()].flat().length} links: ${failures.length} failures`)
process.exitCode = failures.length || !linksOf.size ? 1 : 0
