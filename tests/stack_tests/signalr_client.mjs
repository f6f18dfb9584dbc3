// Connects to a hub with the official client and reports what happens as JSON lines.
// Arguments: path of the package, url, api key, event names joined by commas.
import { createRequire } from "node:module";

const [packagePath, url, apiKey, names] = process.argv.slice(2);
const signalR = createRequire(import.meta.url)(packagePath);
const say = (what, facts) => process.stdout.write(`${JSON.stringify({ what, ...facts })}\n`);

const connection = new signalR.HubConnectionBuilder()
  .withUrl(url, { headers: { apikey: apiKey } })
  .withAutomaticReconnect(Array(100).fill(100))
  .configureLogging(signalR.LogLevel.None)
  .build();
connection.serverTimeoutInMilliseconds = 3000;
connection.keepAliveIntervalInMilliseconds = 200;
for (const name of names.split(",")) {
  connection.on(name, (...args) => say("event", { name, args }));
}
connection.onreconnecting(() => say("reconnecting", {}));
connection.onreconnected(() => say("reconnected", {}));
connection.onclose((error) => say("closed", { error: error ? String(error) : null }));

process.stdin.on("data", async (line) => {
  const [method, ...args] = JSON.parse(line);
  if (method === "stop") {
    await connection.stop();
    process.exit(0);
  }
  try {
    say("result", { value: await connection.invoke(method, ...args) });
  } catch (error) {
    say("failed", { error: String(error) });
  }
});

try {
  await connection.start();
  say("connected", {});
} catch (error) {
  say("refused", { status: error.statusCode ?? null, error: String(error) });
  process.exit(1);
}
