using Koda.Server.Engine.Tasks;
using Xunit;

namespace Koda.Server.Tests.Engine.Tasks;

public class TaskIdsTests
{
    [Fact]
    public void Ids_grow_in_the_order_in_which_they_are_drawn_and_are_version_7()
    {
        var ids = Enumerable.Range(0, 50_000).Select(_ => TaskIds.Next()).ToList();

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal(7, id.Version));
    }

    [Fact]
    public void Callers_at_once_never_draw_the_same_id()
    {
        var ids = Enumerable
            .Range(0, 8)
            .AsParallel()
            .SelectMany(_ => Enumerable.Range(0, 5_000).Select(_ => TaskIds.Next()).ToList())
            .ToList();

        Assert.Equal(40_000, ids.Distinct().Count());
    }
}
