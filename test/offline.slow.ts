// One archive, unpacked where there is no network: two sides are made, paired, run and verified with nothing but what lies in it.
import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { hashOfFiles } from "../src/node/release.ts"

const root = join(import.meta.dirname, "..")
const folder = mkdtempSync(join(tmpdir(), "parley-offline-test-"))
after(() => rmSync(folder, { recursive: true }))

/** How this machine lets a command run without network; undefined where it does not. */
const alone = [
  ["unshare", "-n"],
  ["unshare", "-rn"],
].find(([command = "", ...args]) => spawnSync(command, [...args, "true"], { stdio: "ignore" }).status === 0)

const life = `
set -euo pipefail
reading=
test "$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ')" = lo
ip link set lo up
names="--name-en A --name-ja 甲 --name-zh 甲 --zone UTC --language en --example"
"$1"/parley --version --json
"$1"/parley init ./a --code a $names --listen 127.0.0.1:7400 --api 127.0.0.1:7401 >/dev/null
"$1"/parley init ./b --code b $names --api 127.0.0.1:7402 >/dev/null
"$1"/parley card ./a > a.card
"$1"/parley card ./b > b.card
words=$("$1"/parley pair ./a --card ./b.card --show-words | tail -n 1)
"$1"/parley pair ./a --card ./b.card --words "$words" >/dev/null
"$1"/parley pair ./b --card ./a.card --words "$words" >/dev/null
"$1"/parley run ./a --json 2>/dev/null > a.out & a=$!
"$1"/parley run ./b --json 2>/dev/null > b.out & b=$!
trap 'kill $a $b $reading 2>/dev/null || true' EXIT
until test -s a.out && test -s b.out; do kill -0 $a $b; done
"$1"/parley send ./a "Good morning." --traffic test --json
exec 3< <(exec "$1"/parley log ./b --follow --json)
reading=$!
read -r heard <&3
echo "$heard"
kill $a $b $reading
wait $a $b
"$1"/parley verify ./b --json | tail -n 1
`

test("A-27: one archive is enough: unpacked where there is no network, its command makes, pairs, runs and verifies a line", {
  skip: alone === undefined && "this machine lets nobody run a command without network (unshare)",
}, () => {
  execFileSync("npm", ["run", "offline", "--silent", "--", "--out", folder], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  })
  const archive = readdirSync(folder).find(name => name.endsWith(".tar.gz")) ?? ""
  const sum = createHash("sha256")
    .update(readFileSync(join(folder, archive)))
    .digest("hex")
  assert.equal(readFileSync(join(folder, `${archive}.sha256`), "utf8"), `${sum}  ${archive}\n`)
  execFileSync("tar", ["-xzf", archive], { cwd: folder })
  const home = join(folder, "home")
  mkdirSync(home, { mode: 0o700 })
  const unpacked = join(folder, archive.replace(".tar.gz", ""))
  const [command = "", ...args] = alone ?? []
  const ran = spawnSync(command, [...args, "bash", "--norc", "-c", life, "bash", unpacked], {
    cwd: home,
    encoding: "utf8",
    timeout: 120_000,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  })
  assert.equal(ran.status, 0, ran.stderr)
  const [version, sent, heard, verified] = ran.stdout
    .trim()
    .split("\n")
    .map(line => JSON.parse(line))
  assert.equal(version.release, hashOfFiles(`${join(unpacked, "package")}/`))
  assert.equal(heard.hash, sent.hash)
  assert.equal(verified.faults, 0)
})
