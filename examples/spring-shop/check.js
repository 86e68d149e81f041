#!/usr/bin/env node
// Starts the shop and looks at its page in Chromium: an order that ann places arrives in her page and at the clerk's desk,
// the clerk ships it, and she sees that; then the shop ends, although both pages are connected. With a path as argument,
// it leaves a picture there. It needs what `npm ci --prefix site` installs.
import net from 'node:net'
import path from 'node:path'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'

const ROOT = path.resolve(import.meta.dirname, '../..')
const { chromium } = createRequire(path.join(ROOT, 'site/package.json'))('playwright-core')

/** A port that nobody uses at this moment. */
async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

const later = milliseconds => new Promise(then => setTimeout(then, milliseconds))

async function answers(url) {
  return fetch(url).then(response => response.ok, () => false)
}

const port = await freePort()
const url = `http://127.0.0.1:${port}`
const failures = []
const command = ['-q', 'compile', 'exec:exec', '-pl', 'examples/spring-shop', '-am', `-Dport=${port}`]
const shop = spawn('mvn', command, { cwd: ROOT, stdio: 'inherit', detached: true })

/** Ends Maven and what it has started, as Ctrl-C does. */
function end() {
  try {
    process.kill(-shop.pid)
  } catch (failure) {
    if (failure.code !== 'ESRCH') throw failure // it has ended
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { end(); process.exit(1) })
while (shop.exitCode === null && !(await answers(`${url}/actuator/health`))) await later(200)

const executablePath = process.env.CHROMIUM ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim()
const browser = await chromium.launch({ executablePath, args: process.getuid() === 0 ? ['--no-sandbox'] : [] })

/** The page, as a user sees it who has signed in. */
async function pageOf(name) {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.on('pageerror', error => failures.push(`${name}: ${error.stack}`))
  await page.goto(url)
  await page.getByPlaceholder('Username').fill(name)
  await page.getByPlaceholder('Password').fill(name)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('live', { exact: true }).waitFor()
  return page
}

try {
  const ann = await pageOf('ann')
  const desk = await pageOf('clerk')
  await ann.getByRole('button', { name: /^tea/ }).click()
  await ann.getByRole('cell', { name: 'tea' }).waitFor()
  await desk.getByRole('cell', { name: 'ann' }).waitFor()
  await desk.getByRole('button', { name: 'ship' }).click()
  await ann.getByRole('cell', { name: 'shipped' }).waitFor()
  await ann.getByRole('button', { name: /^pot/ }).click()
  await desk.getByRole('button', { name: 'ship' }).waitFor()
  if (process.argv[2]) await desk.screenshot({ path: process.argv[2] })
  end()
  await desk.getByText('the desk is closed').waitFor()
  while (await answers(`${url}/actuator/health`)) await later(200)
} catch (failure) {
  failures.push(failure.stack)
} finally {
  await browser.close()
  end()
}

for (const failure of failures) console.error(failure)
console.log(failures.length ? 'The page of the shop does not work.' : 'The page shows orders live.')
process.exitCode = failures.length ? 1 : 0
