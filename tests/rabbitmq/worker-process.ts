/**
 * A worker in a process of its own, to be killed and stopped: `scripted` under the name of the second
 * argument, behind the broker of the first. It says on its output, a line each, what it takes and what
 * it is told to leave. A request that says "die" takes it down before it can say anything.
 */
import { scripted } from "@throughline/agents";
import { systemClock, systemRandom } from "@throughline/gateway";
import { type Agent, silentLogger } from "@throughline/protocol";
import { serveAgent } from "@throughline/rabbitmq";

function tell(what: string, runId: string): void {
  process.stdout.write(`${what} ${runId}\n`);
}

const [broker = "", name = scripted.name] = process.argv.slice(2);

const agent: Agent = {
  name,
  run(input, context) {
    tell("begins", input.runId);
    if (input.messages.at(-1)?.content === "die") process.kill(process.pid, "SIGKILL");
    context.signal.addEventListener("abort", () => tell("leaves", input.runId));
    return scripted.run(input, context);
  },
};

const seams = { clock: systemClock, random: systemRandom, logger: silentLogger };
serveAgent({ ...seams, agent, broker });
