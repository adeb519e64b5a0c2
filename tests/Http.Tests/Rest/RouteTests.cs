using Koda.Server.Http.Rest;
using Koda.Http.Tests.Conflict;
using Xunit;

namespace Koda.Http.Tests.Rest;

public class RouteTests
{
    [Theory]
    [InlineData("/v1/books", "v1 books", "", "")]
    [InlineData("/v1/{id}", "v1 *", "id=1..2", "")]
    [InlineData("/v1/{name=shelves/*/books/*}:move", "v1 shelves * books *", "name=1..5", "move")]
    [InlineData("/{a.b}/x/{rest=**}", "* x **", "a.b=0..1 rest=2..3", "")]
    [InlineData("/*/**", "* **", "", "")]
    public void Templates_are_read_by_the_grammar(string text, string segments, string variables, string verb)
    {
        var template = RouteTemplate.Parse(text);

        Assert.Equal(segments, string.Join(' ', template.Segments));
        Assert.Equal(
            variables, string.Join(' ', template.Variables.Select(variable => $"{variable.Field}={variable.Start}..{variable.End}")));
        Assert.Equal(verb, template.Verb);
    }

    [Fact]
    public async Task Two_methods_with_one_path_stop_the_start()
    {
        var fault = await Start<Rival>();

        Assert.Equal(
            "These have the same path: /testing.conflict.v1.RivalService/GetThing (GET /v1/books/{name}) and /testing.library.v1.LibraryService/GetBook (GET /v1/books/{id}).",
            fault.Message);
    }

    [Fact]
    public async Task A_rule_that_names_no_field_stops_the_start()
    {
        Assert.Contains("nmae", (await Start<LostField>()).ToString(), StringComparison.Ordinal);
        Assert.Contains("thing", (await Start<LostBody>()).ToString(), StringComparison.Ordinal);
        Assert.EndsWith("name is not a bool.", (await Start<LostReadiness>()).Message, StringComparison.Ordinal);
        Assert.Contains("has no field seq", (await Start<LostEvent>()).Message, StringComparison.Ordinal);
    }

    private static Task<InvalidOperationException> Start<TService>() where TService : class =>
        Assert.ThrowsAsync<InvalidOperationException>(() => LibraryServer.Start(use: app => app.MapRpcService<TService>()));

    private sealed class Rival : RivalService.RivalServiceBase;

    private sealed class LostField : LostFieldService.LostFieldServiceBase;

    private sealed class LostBody : LostBodyService.LostBodyServiceBase;

    private sealed class LostReadiness : LostReadinessService.LostReadinessServiceBase;

    private sealed class LostEvent : LostEventService.LostEventServiceBase;
}
