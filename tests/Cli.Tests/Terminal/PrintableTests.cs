using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Terminal;

public sealed class PrintableTests
{
    [Fact]
    public void Text_from_elsewhere_cannot_steer_the_terminal() =>
        Assert.Equal("[2Jred]0;title and\tmore\n", Printable.Text("\e[2Jred\e]0;title\a and\tmore\r\n"));

    [Fact]
    public void It_cannot_be_read_otherwise_than_it_is() => Assert.Equal("ls nimda", Printable.Text("ls \u202enimda\u2069"));

    [Fact]
    public void Ordinary_text_stays_as_it_is() => Assert.Equal("größer ✓ 漢字\n", Printable.Text("größer ✓ 漢字\n"));

    [Fact]
    public void A_line_is_cut_to_its_length() => Assert.Equal("a b c…", Printable.Line("a\n b \t c d e", 6));
}
