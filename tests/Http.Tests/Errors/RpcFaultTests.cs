using Xunit;

namespace Koda.Http.Tests.Errors;

public sealed class RpcFaultTests
{
    [Fact]
    public void What_is_wrong_is_said_of_each_field_and_of_the_whole()
    {
        var fault = RpcFault.Invalid([new FieldFault("", "must be an object"), new FieldFault("limits.max_cost", "must not be negative")]);

        Assert.Equal("The request is not valid: it must be an object; limits.max_cost must not be negative.", fault.Message);
    }
}
