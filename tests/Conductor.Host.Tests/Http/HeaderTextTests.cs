using Conductor.Host.Http;

namespace Conductor.Host.Tests.Http;

public class HeaderTextTests
{
    [Theory]
    [InlineData("gpt-4o mini", "gpt-4o mini")]
    [InlineData("a\r\nset-cookie: x", "a%0D%0Aset-cookie: x")]
    [InlineData("modèle", "mod%C3%A8le")]
    [InlineData("100% é", "100%25 %C3%A9")]
    public void Safe_Text_PrintableAscii(string text, string expected) => Assert.Equal(expected, HeaderText.Safe(text));

    [Fact]
    public void Safe_LongText_Cut() => Assert.Equal(512, HeaderText.Safe(new string('a', 5000)).Length);
}
