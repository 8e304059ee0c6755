using Conductor.Telemetry;

namespace Conductor.Core.Tests.Telemetry;

public sealed class LogTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("plain text", "plain text")]
    [InlineData("Grüße, 世界 🚀", "Grüße, 世界 🚀")]
    [InlineData("a\r\nb\tc", "abc")]
    [InlineData("\u0085\u2028\u2029x", "x")]
    [InlineData("x\u202Ey\u2066z\uFEFF", "xyz")]
    public void Clean_Text_KeepsWhatCanBePrinted(string? text, string expected) => Assert.Equal(expected, LogText.Clean(text));

    // Not inline data: attributes are UTF-8 and cannot hold half a pair.
    [Fact]
    public void Clean_HalfOfAPair_IsLeftOut() => Assert.Equal("x🚀", LogText.Clean("\ud800x\udc00🚀"));

    [Fact]
    public void Clean_TooLong_IsCutBetweenCharacters()
    {
        Assert.Equal("abc", LogText.Clean("abcdef", 3));
        Assert.Equal("ab", LogText.Clean("ab🚀", 3));
    }
}
