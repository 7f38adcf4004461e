import { resolve } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import type { Officer } from "../api/shapes.ts"
import { classical } from "../core/suite.ts"
import { type HomeOptions, initHome, parseAddress } from "../node/main.ts"
import { nationalSuites } from "../suites/national.ts"
import { sayer, Usage } from "./say.ts"
import { newPassphrase, type PassphraseOptions, passphraseFileHelp } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly code: string
  readonly nameEn: string
  readonly nameJa: string
  readonly nameZh: string
  readonly zone: string
  readonly language: "en" | "ja" | "zh"
  readonly listen: string
  readonly peer: string
  readonly api: string
  readonly officer: readonly Officer[]
  readonly example?: true
  /** False for --no-passphrase. */
  readonly passphrase: boolean
  readonly storedInTheClear?: true
  readonly pkcs11?: string
  readonly token?: string
  readonly pinFile?: string
  readonly algorithm: keyof typeof hardAlgorithms
  readonly national?: string
  readonly opens?: readonly string[]
  readonly json?: true
}

const suiteNames = nationalSuites.map(({ name }) => name)

const hardAlgorithms = { p256: classical["P-256"], p384: classical["P-384"], ed25519: classical.Ed25519 } as const

const roles: readonly string[] = ["watch", "releaser", "translator", "auditor", "administrator"]

export const init = (): Command =>
  new Command("init")
    .description("Makes a party's keys and its card in a new home.")
    .argument("<home>", "a directory that is empty or not there")
    .requiredOption("--code <code>", "short name of the party: a-z, 0-9, -", readCode)
    .requiredOption("--name-en <name>", "its name in English")
    .requiredOption("--name-ja <name>", "its name in Japanese")
    .requiredOption("--name-zh <name>", "its name in Chinese")
    .requiredOption("--zone <zone>", "its time zone, e.g. Asia/Tokyo", readZone)
    .addOption(
      new Option("--language <language>", "its own language").choices(["en", "ja", "zh"]).makeOptionMandatory(),
    )
    .option(
      "--listen <address>",
      "where the other side may reach it, host:port; left out, it only dials",
      readAddress,
      "",
    )
    .option("--peer <address>", "where the other side is, if not where its card says", readAddress, "")
    .option("--api <address>", "where its own people reach it", readAddress, "127.0.0.1:7301")
    .option(
      "--officer <name:role>",
      "may be given several times; role is watch, releaser, translator, auditor or administrator",
      readOfficer,
      [],
    )
    .option("--example", "an example line, shown as such on every screen")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .option("--no-passphrase", "leaves keys and texts in the clear on this disk; as it is for an example")
    .option("--stored-in-the-clear", "says that --no-passphrase is meant for a home that is no example")
    .option(
      "--pkcs11 <module>",
      "the vendor's library of a hardware module, in which the key that signs entries is made",
    )
    .option("--token <label>", "the token in that module")
    .option("--pin-file <file>", "holds its PIN; left out, it is the credential parley-pin of the service manager")
    .addOption(
      new Option("--algorithm <algorithm>", "of the key in the module")
        .choices(Object.keys(hardAlgorithms))
        .default("p256"),
    )
    .addOption(
      new Option(
        "--national <suite>",
        "your own country's algorithms, with which entries are signed as well; sm is SM2, SM3 and SM4",
      ).choices(suiteNames),
    )
    .addOption(
      new Option(
        "--opens <suite...>",
        "national suites in which the other side may seal what it sends here, within the common one",
      ).choices(suiteNames),
    )
    .action(async (home: string, options: Options) => {
      const hardware = hardwareOf(options)
      const passphrase = await passphraseOf(home, options)
      const { code, zone, language, listen, peer, officer } = options
      const names = { en: options.nameEn, ja: options.nameJa, zh: options.nameZh }
      const api = parseAddress(options.api) ?? { host: "127.0.0.1", port: 7301 }
      const officers = officer.length > 0 ? { officers: officer } : {}
      const example = options.example === true
      const side = await initHome(home, {
        code,
        names,
        zone,
        language,
        listen,
        peer,
        api,
        example,
        ...officers,
        ...passphrase,
        ...hardware,
        national: nationalSuites.find(({ name }) => name === options.national),
        opens: nationalSuites.filter(({ name }) => options.opens?.includes(name)),
      })
      sayer(options.json === true).result(
        { home: side.path, code, example, locked: "passphrase" in passphrase, officers: side.settings.officers },
        `${side.path} holds the keys of ${code}, ${"passphrase" in passphrase ? "locked" : "in the clear"}. Keep it to yourself; what the other side needs is its card:`,
        `  parley card ${home} > ${code}.card`,
      )
    })

const hardwareOf = ({ pkcs11, token, pinFile = "", algorithm }: Options): Pick<HomeOptions, "hardware"> => {
  if (pkcs11 === undefined && token === undefined && pinFile === "") return {}
  if (pkcs11 === undefined || token === undefined) throw new Usage("--pkcs11 and --token go together.")
  return {
    hardware: { module: resolve(pkcs11), token, pinFile: pinFile && resolve(pinFile), alg: hardAlgorithms[algorithm] },
  }
}

/** A home that is no example is locked, unless two words say that it is meant to lie open. */
const passphraseOf = async (home: string, options: Options): Promise<{ readonly passphrase?: string }> => {
  const example = options.example === true
  if (!options.passphrase) {
    if (example || options.storedInTheClear === true) return {}
    throw new Usage("--no-passphrase goes with --example; for another home say --stored-in-the-clear as well.")
  }
  if (example && options.passphraseFile === undefined) return {}
  const passphrase = await newPassphrase(options, `Passphrase of ${home}`)
  if (passphrase === undefined)
    throw new Usage("A home is locked by a passphrase, and there is no terminal to ask at; give --passphrase-file.")
  return { passphrase }
}

const readCode = (value: string): string => {
  if (/^[a-z0-9-]{1,16}$/.test(value)) return value
  throw new InvalidArgumentError("It has 1 to 16 of a-z, 0-9 and -.")
}

export const readAddress = (value: string): string => {
  if (parseAddress(value) !== undefined) return value
  throw new InvalidArgumentError("It has the form host:port.")
}

const readZone = (value: string): string => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone
  } catch (cause) {
    if (cause instanceof RangeError) throw new InvalidArgumentError("No such time zone is known.")
    throw cause
  }
}

const readOfficer = (value: string, before: readonly Officer[]): readonly Officer[] => {
  const at = value.lastIndexOf(":")
  const [name, role] = [value.slice(0, at), value.slice(at + 1)]
  if (at < 1 || !roles.includes(role))
    throw new InvalidArgumentError(`It has the form name:role, the role one of ${roles.join(", ")}.`)
  return [...before, { name, role: role as Officer["role"] }]
}
