import { Command, Option } from "commander"
import type { Officer } from "../api/shapes.ts"
import { openSide, putOfficer, signInLink } from "../node/main.ts"
import { sayer } from "./say.ts"

type Options = { readonly officer?: string; readonly role?: Officer["role"]; readonly json?: true }

export const signIn = (): Command =>
  new Command("sign-in")
    .description("Prints a link with which an officer signs in: once, within 24 hours.")
    .argument("<home>")
    .option("--officer <name>", "left out: the first officer of the home")
    .addOption(
      new Option("--role <role>", "adds the officer, or gives another role from this sign-in on").choices([
        "watch",
        "releaser",
        "translator",
        "auditor",
        "administrator",
      ]),
    )
    .action((home: string, options: Options) => {
      const name = options.officer ?? openSide(home).settings.officers[0]?.name ?? ""
      if (options.role !== undefined) putOfficer(home, { name, role: options.role })
      const link = signInLink(openSide(home), name, Date.now())
      sayer(options.json === true).result({ officer: name, link }, link)
    })
