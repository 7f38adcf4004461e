// What is asked of a node about the paths to the other side.
import type { PathRequest, PathView } from "../../api/paths.ts"
import { type Failure, get, post } from "../ask.ts"

/** A path is opened, and its device or its address with it, before this is answered. */
const longMs = 30_000

export const askPaths = (): Promise<readonly PathView[] | Failure> => get<readonly PathView[]>("/api/paths")
export const addPath = (request: PathRequest): Promise<object | Failure> => post("/api/paths", request, longMs)
export const removePath = (name: string): Promise<object | Failure> => post("/api/paths/remove", { name }, longMs)
