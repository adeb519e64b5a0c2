using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Koda.Protos.Code.V1;
using Koda.Protos.Runtime.V1;
using Koda.Protos.Worker.V1;
using Koda.Server.Surfaces.Input;
using Xunit;

namespace Koda.Server.Tests.Surfaces.Input;

public sealed class RequestCheckTests
{
    private const string Emoji = "\ud83d\ude00";

    [Fact]
    public void A_good_request_is_left_as_it_is()
    {
        var request = new SubmitTaskRequest
        {
            AgentId = "atlas",
            Query = Emoji,
            Metadata = """{"a":[1.10,"\ud83d\ude00","\\u0000"]}""",
            Context = new TaskContext { Workspace = "/srv" },
        };
        var before = request.Clone();

        Assert.Empty(RequestCheck.Faults(request));
        Assert.Equal(before, request);
    }

    [Fact]
    public void Every_fault_is_named_with_its_path()
    {
        var request = new SubmitTaskRequest
        {
            AgentId = "\0",
            Metadata = "{",
            Context = new TaskContext { Workspace = "\ud800", Model = "\udc00\ud800", MaxCostUsd = double.NaN },
        };

        Assert.Equal(
            ["agent_id", "context.max_cost_usd", "context.model", "context.workspace", "metadata"],
            RequestCheck.Faults(request).Select(fault => fault.Field).Order());
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", false)]
    [InlineData("""[{"b":{"a":1,"\u0061":2}}]""", false)]
    [InlineData("""{"a":{"a":1},"b":[{"a":1},{"a":1}]}""", true)]
    public void A_name_stands_once_in_an_object_but_in_what_people_only_read(string json, bool isGood)
    {
        var section = new Koda.Protos.ControlPlane.V1.ReplaceAgentSectionRequest
        {
            AgentId = "atlas",
            Section = "skills",
            Content = new() { Data = ByteString.CopyFromUtf8(json) },
        };
        var report = new WorkRequest
        {
            Events =
            {
                new EventBatch
                {
                    Events =
                    {
                        new ReportedEvent { Kind = "tool.finished", Payload = json },
                    },
                },
            },
        };

        Assert.Equal(
            isGood ? [] : ["content must hold no name twice in one object"],
            RequestCheck.Faults(section).Select(fault => $"{fault.Field} {fault.Problem}"));
        Assert.Empty(RequestCheck.Faults(report));
    }

    [Fact]
    public void Lists_and_values_of_any_kind_are_looked_at()
    {
        var send = new SendMessageRequest
        {
            Attachments =
            {
                new Attachment { Path = "a" },
                new Attachment { Path = "\0" },
            },
        };
        var value = new Struct
        {
            Fields = { ["a"] = Value.ForList(Value.ForNumber(double.PositiveInfinity), Value.ForString("\0")), ["\0"] = Value.ForNull() },
        };

        Assert.Equal(["attachments[1].path"], RequestCheck.Faults(send).Select(fault => fault.Field));
        Assert.Equal(
            ["fields.a.list_value.values[0].number_value", "fields.a.list_value.values[1].string_value", "fields.\ufffd"],
            RequestCheck.Faults(value).Select(fault => fault.Field));
    }

    [Fact]
    public void Free_text_is_mended()
    {
        var send = new SendMessageRequest { Content = $"a\0\ud800{Emoji}\udc00" };
        var setting = new PutSettingRequest { Value = """{"a\u0000":"\ud800\ud83d\ude00\\u0000\udc00"}""" };

        Assert.Empty(RequestCheck.Faults(send));
        Assert.Empty(RequestCheck.Faults(setting));
        Assert.Equal($"a\ufffd\ufffd{Emoji}\ufffd", send.Content);
        Assert.Equal("""{"a\ufffd":"\ufffd\ud83d\ude00\\u0000\ufffd"}""", setting.Value);
    }

    [Fact]
    public void Whatever_a_worker_reports_is_mended_at_every_depth()
    {
        var request = new WorkRequest
        {
            Events =
            {
                new EventBatch
                {
                    Attempt = new AttemptRef { AttemptId = "\0" },
                    Events =
                    {
                        new ReportedEvent { Kind = "tool.\0", Payload = """{"r":"\u0000"}""" },
                    },
                },
            },
            Suspensions = { new Suspension { Approval = new ApprovalRequest { Options = { "a", "\0" } } } },
        };

        Assert.Empty(RequestCheck.Faults(request));
        Assert.Equal("tool.\ufffd", request.Events[0].Events[0].Kind);
        Assert.Equal("""{"r":"\ufffd"}""", request.Events[0].Events[0].Payload);
        Assert.Equal(["a", "\ufffd"], request.Suspensions[0].Approval.Options);
    }

    [Theory]
    [InlineData("1e1001")]
    [InlineData("1e-1001")]
    [InlineData("1E99999999999999999999")]
    [InlineData("""[{"a":1]""")]
    [InlineData("nope")]
    [InlineData("1 2")]
    [InlineData("\"\u0001\"")]
    public void Other_text_than_JSON_that_can_be_stored_is_at_fault(string json) => Assert.NotNull(StorableJson.Problem(json));

    [Theory]
    [InlineData("1e999")]
    [InlineData("1.50")]
    [InlineData("\"\\\\u0000\"")]
    [InlineData("null")]
    public void JSON_is_taken_as_it_is(string json) => Assert.Null(StorableJson.Problem(json));

    [Fact]
    public void JSON_is_nested_as_deep_as_a_body_may_be()
    {
        Assert.Null(StorableJson.Problem(new string('[', 64) + new string(']', 64)));
        Assert.NotNull(StorableJson.Problem(new string('[', 65) + new string(']', 65)));
    }
}
