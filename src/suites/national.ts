// The national suites that this program knows (page: protocol/charter.md, section 8). One more is one file and its line here.
import { sm } from "./sm.ts"

export const nationalSuites = [sm] as const
