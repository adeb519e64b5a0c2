using Koda.Server.Surfaces.Runtime;
using Xunit;

namespace Koda.Server.Tests.Surfaces.Runtime;

public class PublicIdTests
{
    [Fact]
    public void An_id_reads_back_as_it_was_written()
    {
        foreach (
            Guid id in new[] { Guid.Empty, Guid.AllBitsSet, Guid.CreateVersion7(), Guid.Parse("0198c2f0-0000-7000-8000-000000000001") })
        {
            Assert.True(PublicId.TryTask(PublicId.Task(id), out Guid read));
            Assert.Equal(id, read);
        }
    }

    [Fact]
    public void Later_ids_sort_after_earlier_ones()
    {
        var earlier = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(20_000));
        var later = Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(20_001));

        Assert.True(string.CompareOrdinal(PublicId.Task(earlier), PublicId.Task(later)) < 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tsk_")]
    [InlineData("apr_00000000000000000000000000")]
    [InlineData("tsk_0000000000000000000000000")]
    [InlineData("tsk_80000000000000000000000000")]
    [InlineData("tsk_0000000000000000000000000l")]
    [InlineData("tsk_0000000000000000000000000A")]
    [InlineData("tsk_000000000000000000000000000")]
    public void Anything_else_is_no_task_id(string text) => Assert.False(PublicId.TryTask(text, out _));
}
