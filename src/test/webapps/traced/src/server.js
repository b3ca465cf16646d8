import { trace } from "@opentelemetry/api";
import { traced } from "./tracing.js";

export default {
  fetch: traced(async (request) => {
    const path = new URL(request.url).pathname;
    // Stands for an app's work within a request.
    await trace.getTracer("my-app").startActiveSpan("look up", async (span) => {
      await Bun.sleep(1);
      span.end();
    });
    if (path === "/end") process.kill(process.pid, "SIGKILL");
    return Response.json({
      traceparent: request.headers.get("traceparent"),
      tracestate: request.headers.get("tracestate"),
    });
  }),
};
