// The generated types know which fields a task needs.
import type { components } from "./generated/schema.js";

type Submission = components["schemas"]["SubmitTaskRequest"];

export const whole: Submission = { agent_id: "atlas", query: "Where is main?" };
// @ts-expect-error
export const withoutAgent: Submission = { query: "Where is main?" };
// @ts-expect-error
export const withoutQuery: Submission = { agent_id: "atlas" };
