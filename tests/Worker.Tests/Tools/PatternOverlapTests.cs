using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class PatternOverlapTests
{
    [Theory]
    [InlineData("git push*", "git *", true)]
    [InlineData("git push *", "git *", true)]
    [InlineData("git push*", "git * origin", true)]
    [InlineData("git push*", "git status *", false)]
    [InlineData("git push*", "echo *", false)]
    [InlineData("*push*", "echo *", true)]
    [InlineData("git {push,fetch}*", "git *", true)]
    [InlineData("git [pf]ush", "git pus*", true)]
    [InlineData("npm test", "npm *", true)]
    [InlineData("npm test", "npm * --all", false)]
    public void A_pattern_may_match_what_is_known_in_part(string pattern, string template, bool exists) =>
        Assert.Equal(exists, PatternOverlap.Exists(pattern, template));
}
