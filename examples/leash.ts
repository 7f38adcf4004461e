// Loaded before a node of the example: it ends when whoever started it is gone, however that ended, so that nothing is left behind.
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"))
process.channel?.unref()
