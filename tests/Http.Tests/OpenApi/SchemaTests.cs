using System.Text.Json.Nodes;
using Xunit;

namespace Koda.Http.Tests.OpenApi;

public sealed class SchemaTests(WrittenDocuments documents) : IClassFixture<WrittenDocuments>
{
    [Fact]
    public void A_request_names_what_the_server_requires_and_is_read_strictly()
    {
        var submit = Schema("SubmitTaskRequest");

        Assert.Equal(["agent_id", "query"], Texts(submit["required"]));
        Assert.Equal("false", submit["additionalProperties"]!.ToJsonString());
        Assert.True(Operation("/api/runtime/tasks", "post")["requestBody"]!["required"]!.GetValue<bool>());
        Assert.Null(Schema("CancelTaskRequest")["required"]);
        Assert.Null(Operation("/api/runtime/tasks/{task_id}/cancel", "post")["requestBody"]!["required"]);
    }

    [Fact]
    public void A_reply_names_what_is_always_there_and_may_have_more_one_day()
    {
        var task = Schema("Task");

        Assert.Subset(
            Texts(task["required"]).ToHashSet(), new HashSet<string> { "id", "agent_id", "status", "priority", "output", "error" });
        Assert.DoesNotContain("context", Texts(task["required"]));
        Assert.DoesNotContain("metadata", Texts(task["required"]));
        Assert.Null(task["additionalProperties"]);
    }

    [Fact]
    public void A_message_that_goes_both_ways_has_two_schemas()
    {
        var rule = Schema("PermissionRuleDefinition");

        Assert.Equal(["action", "pattern", "tool"], Texts(rule["required"]));
        Assert.Equal(["action"], Texts(Schema("PermissionRuleDefinitionInput")["required"]));
        Assert.Equal(
            "#/components/schemas/PermissionRuleDefinitionInput",
            Schema("AgentDefinitionInput")["properties"]!["permissions"]!["items"]!["$ref"]!.ToString());
        Assert.Equal(
            "#/components/schemas/PermissionRuleDefinition",
            Schema("AgentDefinition")["properties"]!["permissions"]!["items"]!["$ref"]!.ToString());
    }

    [Fact]
    public void Null_stands_where_the_contract_writes_it()
    {
        var properties = Schema("Task")["properties"]!;

        Assert.Equal(["null", "string"], Texts(properties["output"]!["type"]).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["#/components/schemas/TaskError", null],
            properties["error"]!["anyOf"]!.AsArray().Select(choice => choice!["$ref"]?.ToString()));
        Assert.Equal("null", properties["error"]!["anyOf"]![1]!["type"]!.ToString());
    }

    [Fact]
    public void Values_have_the_form_that_they_have_in_JSON()
    {
        var submit = Schema("SubmitTaskRequest")["properties"]!;

        Assert.Null(submit["metadata"]!["type"]);
        Assert.Equal(("integer", "int32"), (submit["priority"]!["type"]!.ToString(), submit["priority"]!["format"]!.ToString()));
        Assert.Equal(
            ("integer", "int64"),
            (Schema("Event")["properties"]!["seq"]!["type"]!.ToString(), Schema("Event")["properties"]!["seq"]!["format"]!.ToString()));
        Assert.Equal(
            ("string", "date-time"),
            (
                Schema("Task")["properties"]!["created_at"]!["type"]!.ToString(),
                Schema("Task")["properties"]!["created_at"]!["format"]!.ToString()));
        Assert.Equal(["unspecified", "queued"], Texts(Schema("TaskStatus")["enum"]).Take(2));
    }

    [Fact]
    public void Comments_describe_messages_fields_and_the_values_of_enums()
    {
        Assert.Equal(
            "The agent that does the work. Name it: a request without it is refused, unless the installation has a default agent.",
            Schema("SubmitTaskRequest")["properties"]!["agent_id"]!["description"]!.ToString());
        Assert.NotNull(Schema("Task")["description"]);
        Assert.Contains("- `queued`: ", Schema("TaskStatus")["description"]!.ToString(), StringComparison.Ordinal);
    }

    private JsonNode Schema(string name) => documents.ControlPlane["components"]!["schemas"]![name]!;

    private JsonNode Operation(string path, string verb) => documents.ControlPlane["paths"]![path]![verb]!;

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(text => text!.ToString());
}
