using Koda.Client.Evidence;

namespace Koda.Client.Tests.Evidence;

public sealed class TaskIdTests
{
    [Fact]
    public void A_task_id_holds_the_stream_id() =>
        Assert.Equal(new Guid("0192f0c1-2a3b-7c4d-8e5f-001122334455"), TaskId.Parse("tsk_01jbrc2ahvfh6rwqr024h36h2n"));

    [Theory]
    [InlineData("")]
    [InlineData("tsk_")]
    [InlineData("tsk_8zzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("tsk_0000000000000000000000000u")]
    [InlineData("apr_00000000000000000000000000")]
    public void Anything_else_is_no_task_id(string text) => Assert.Null(TaskId.Parse(text));
}
