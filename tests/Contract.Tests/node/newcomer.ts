// The path of a newcomer, by a client that is generated from the served OpenAPI document: setup code, owner, login, provider, agent, publish, task, output.
// Arguments: the server's address, a setup code, the base URL of a model.
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/schema.js";

declare const process: { argv: string[]; exitCode: number };

const [, , baseUrl = "", setupCode = "", modelUrl = ""] = process.argv;
let session = "";
const koda = createClient<paths>({ baseUrl });
koda.use({
  onRequest({ request }) {
    if (session) request.headers.set("authorization", `Bearer ${session}`);
    return request;
  },
});

type Reply<T> = { data?: T; error?: components["schemas"]["KodaError"]; response: Response };

function expect<T>(step: string, reply: Reply<T>): T {
  if (reply.data === undefined) throw new Error(`${step}: ${reply.response.status} ${JSON.stringify(reply.error)}`);
  console.log(`${step}: ${reply.response.status}`);
  return reply.data;
}

const exchanged = expect("exchange", await koda.POST("/api/control-plane/auth/bootstrap/exchange", { body: { code: setupCode } }));
const registered = expect("register", await koda.POST("/api/control-plane/auth/register-owner", {
  body: {
    registration_token: exchanged.registration_token ?? "",
    username: "ana",
    email: "ana@example.org",
    password: "Tall-ships-42-sail",
    display_name: "Ana",
  },
}));
if (registered.recovery_codes?.length !== 10) throw new Error("ten recovery codes were expected");
const login = expect("login", await koda.POST("/api/control-plane/auth/login", { body: { identifier: "ana", password: "Tall-ships-42-sail" } }));
session = login.session_token ?? "";

expect("connect", await koda.PUT("/api/control-plane/providers/{provider_id}/connection/api-key", {
  params: { path: { provider_id: "scripted" } },
  body: { api_key: "sk-newcomer-key", base_url: modelUrl },
}));
const verified = expect("verify", await koda.POST("/api/control-plane/providers/{provider_id}/connection/verify", {
  params: { path: { provider_id: "scripted" } },
  body: {},
}));
if (!verified.verification?.verified) throw new Error(`not verified: ${JSON.stringify(verified)}`);

expect("create", await koda.POST("/api/control-plane/agents", {
  body: { agent_id: "reader", definition: { model: "gpt-4.1-mini", provider: { connection: "scripted" }, tools: ["read"] } },
}));
expect("edit", await koda.PATCH("/api/control-plane/agents/{agent_id}", {
  params: { path: { agent_id: "reader" } },
  body: { system_prompt: "You read and answer." },
}));
const publication = expect("publish", await koda.POST("/api/control-plane/agents/{agent_id}/publish", {
  params: { path: { agent_id: "reader" } },
  body: {},
}));
if (publication.version !== 1) throw new Error("version 1 was expected");

const task = expect("submit", await koda.POST("/api/runtime/tasks", { body: { agent_id: "reader", query: "What is it?" } }));
const path = { task_id: task.id ?? "" };
for (;;) {
  const now = expect("read", await koda.GET("/api/runtime/tasks/{task_id}", { params: { path } }));
  if (now.status === "failed") throw new Error(JSON.stringify(now));
  if (now.status === "completed") {
    console.log(`output: ${JSON.stringify(now.output)}`);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
expect("trace", await koda.GET("/api/runtime/tasks/{task_id}/trace", { params: { path } }));
expect("agents", await koda.GET("/api/control-plane/agents", { params: { query: { limit: 10 } } }));
expect("sessions", await koda.GET("/api/control-plane/auth/sessions", {}));
expect("onboarding", await koda.GET("/api/control-plane/onboarding/status", {}));
expect("settings", await koda.GET("/api/control-plane/system-settings", {}));
expect("models", await koda.GET("/api/control-plane/providers/{provider_id}/models", { params: { path: { provider_id: "scripted" } } }));
expect("catalog", await koda.GET("/api/control-plane/connections/catalog", {}));
expect("skills", await koda.GET("/api/control-plane/skills", {}));
expect("logout", await koda.POST("/api/control-plane/auth/logout", { body: {} }));
