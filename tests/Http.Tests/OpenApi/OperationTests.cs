using System.Text.Json.Nodes;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

public sealed class OperationTests(WrittenDocuments documents) : IClassFixture<WrittenDocuments>
{
    [Fact]
    public void Comments_are_summaries_and_descriptions()
    {
        Assert.Equal(
            "Pauses a task until it is resumed. A running one stops after its current step.",
            Operation("/api/runtime/tasks/{task_id}/pause", "post")["summary"]!.ToString());
        var task = Operation("/api/runtime/tasks/{task_id}", "get")["parameters"]![0]!;
        Assert.Equal(
            ("task_id", "path", "The task's id."), (task["name"]!.ToString(), task["in"]!.ToString(), task["description"]!.ToString()));
    }

    [Fact]
    public void The_policy_decides_statuses_and_headers()
    {
        var submit = Operation("/api/runtime/tasks", "post");

        Assert.Equal(["202", "400", "401", "403", "429", "default"], Statuses(submit));
        Assert.Contains("Idempotency-Key", Parameters(submit));
        Assert.Null(Operation("/sessions/{session_id}", "delete", documents.Code)["responses"]!["204"]!["content"]);
        Assert.NotNull(Operation("/api/runtime/readiness", "get")["responses"]!["503"]!["content"]);
    }

    [Fact]
    public void A_limited_call_says_how_often_it_may_be_made_and_when_to_come_back()
    {
        Assert.Equal(
            "More than 5 calls in 300 seconds; `Retry-After` says when to come back.",
            Limit("/api/control-plane/auth/login", "post")["description"]!.ToString());
        Assert.Equal("integer", Limit("/api/control-plane/auth/login", "post")["headers"]!["Retry-After"]!["schema"]!["type"]!.ToString());
        // By the bucket of the service, and by one that only the server's settings fill.
        Assert.StartsWith(
            "More than 120 calls in 60 seconds;",
            Limit("/api/control-plane/agents", "get")["description"]!.ToString(),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "More than the server's settings allow;",
            Limit("/api/runtime/tasks", "post")["description"]!.ToString(),
            StringComparison.Ordinal);
        Assert.DoesNotContain("429", Statuses(Operation("/sessions", "post", documents.Code)));
    }

    [Fact]
    public void Errors_are_in_the_dialect_of_the_service()
    {
        Assert.Equal("#/components/schemas/KodaError", ErrorOf(Operation("/api/runtime/tasks", "post")));
        Assert.Equal("#/components/schemas/CodeError", ErrorOf(Operation("/sessions", "post", documents.Code)));
        Assert.Equal(
            ["error", "code", "message"],
            documents.Code["components"]!["schemas"]!["CodeError"]!["required"]!.AsArray().Select(name => name!.ToString()));
    }

    [Fact]
    public void The_policy_decides_who_may_call()
    {
        var submit = Operation("/api/runtime/tasks", "post");

        Assert.Equal("""[{"bearer":["runtime.write"]},{"cookie":["runtime.write"]}]""", submit["security"]!.ToJsonString());
        Assert.Equal("""["runtime.write"]""", submit["x-required-scopes"]!.ToJsonString());
        Assert.Empty(Operation("/api/control-plane/auth/login", "post")["security"]!.AsArray());
        Assert.DoesNotContain("401", Statuses(Operation("/api/runtime/readiness", "get")));
        Assert.Equal("{}", Operation("/sessions", "post", documents.Code)["security"]!.AsArray()[^1]!.ToJsonString());
    }

    [Fact]
    public void A_page_and_a_feed_of_one_path_are_one_operation()
    {
        var events = Operation("/api/runtime/tasks/{task_id}/events", "get");

        Assert.Equal(["application/json", "text/event-stream", "application/x-ndjson"], Media(events));
        Assert.Equal(
            "#/components/schemas/EventPage", events["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]!.ToString());
        Assert.Equal(["task_id", "after_seq", "limit", "Last-Event-ID"], Parameters(events));
        Assert.Contains("(WatchTask)", events["description"]!.ToString(), StringComparison.Ordinal);
        Assert.NotNull(events["responses"]!["204"]);
    }

    [Fact]
    public void A_feed_says_what_its_events_hold()
    {
        var stream = Operation("/sessions/{session_id}/stream", "get", documents.Code);

        Assert.Equal(["text/event-stream", "application/x-ndjson"], Media(stream));
        var kinds = stream["responses"]!["200"]!["content"]!["text/event-stream"]!["schema"]!["anyOf"]!
            .AsArray()
            .Select(kind => kind!["$ref"]!.ToString());
        Assert.Contains("#/components/schemas/TextDelta", kinds);
        Assert.Equal(
            "#/components/schemas/SessionEvent",
            stream["responses"]!["200"]!["content"]!["application/x-ndjson"]!["schema"]!["$ref"]!.ToString());
    }

    [Fact]
    public void What_is_sent_as_it_comes_is_of_any_type()
    {
        Assert.Equal(
            "binary",
            Operation("/api/runtime/artifacts/{artifact_id}/download", "get")["responses"]!["200"]!["content"]!["*/*"]!["schema"]![
                "format"
            ]!.ToString());
        var section = Operation("/api/control-plane/agents/{agent_id}/sections/{section}", "put")["requestBody"]!;
        Assert.Equal("{}", section["content"]!["application/json"]!["schema"]!.ToJsonString());
        Assert.StartsWith("The section's fields", section["description"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_may_be_the_body_and_the_others_are_in_the_query()
    {
        var edit = Operation("/api/control-plane/agents/{agent_id}", "patch");

        Assert.Equal(
            "#/components/schemas/AgentDefinitionInput",
            edit["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]!.ToString());
        Assert.Equal(["agent_id", "update_mask", "etag"], Parameters(edit));
        Assert.Equal("string", edit["parameters"]![1]!["schema"]!["type"]!.ToString());
        Assert.True(Operation("/api/runtime/stream", "get")["parameters"]![0]!["required"]!.GetValue<bool>());
        Assert.Equal(
            "array",
            Operation("/sessions", "get", documents.Code)["responses"]!["200"]!["content"]!["application/json"]!["schema"]![
                "type"
            ]!.ToString());
    }

    [Fact]
    public void Examples_are_those_that_the_repository_shows()
    {
        var submit = Operation("/api/runtime/tasks", "post")["requestBody"]!["content"]!["application/json"]!["example"]!;

        Assert.Equal("atlas", submit["agent_id"]!.ToString());
        Assert.Equal("operator", submit["metadata"]!["source"]!.ToString());
        var diff = Operation("/api/control-plane/agents/{agent_id}/diff", "get")["parameters"]!
            .AsArray()
            .Select(parameter => parameter!["example"]!.ToString());
        Assert.Equal(["reviewer", "published", "draft"], diff);
        Assert.Equal(
            "{}",
            Operation("/api/control-plane/agents/{agent_id}/publish", "post")["requestBody"]!["content"]!["application/json"]![
                "example"
            ]!.ToJsonString());
        // An id that only a running server can give is left to the reader.
        Assert.Null(Operation("/api/runtime/tasks/{task_id}", "get")["parameters"]![0]!["example"]);
        Assert.Equal(
            "approve",
            Operation("/api/runtime/approvals/{approval_id}", "post")["requestBody"]!["content"]!["application/json"]!["example"]![
                "decision"
            ]!.ToString());
    }

    private JsonNode Operation(string path, string verb, JsonNode? document = null) =>
        (document ?? documents.ControlPlane)["paths"]![path]![verb]!;

    private JsonNode Limit(string path, string verb) => Operation(path, verb)["responses"]!["429"]!;

    private static IEnumerable<string> Statuses(JsonNode operation) => operation["responses"]!.AsObject().Select(reply => reply.Key);

    private static IEnumerable<string> Media(JsonNode operation) =>
        operation["responses"]!["200"]!["content"]!.AsObject().Select(media => media.Key);

    private static IEnumerable<string> Parameters(JsonNode operation) =>
        operation["parameters"]!.AsArray().Select(parameter => parameter!["name"]!.ToString());

    private static string ErrorOf(JsonNode operation) =>
        operation["responses"]!["default"]!["content"]!["application/json"]!["schema"]!["$ref"]!.ToString();
}
