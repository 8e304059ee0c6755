using Conductor.Host.Http;

namespace Conductor.Host.Tests.Http;

public class RequestIdsTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("req_01J-x.Y", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\nb", false)]
    [InlineData("ä", false)]
    [InlineData("<script>", false)]
    public void IsWellFormed_Text_AsTheRuleSays(string id, bool expected) => Assert.Equal(expected, RequestIds.IsWellFormed(id));

    [Fact]
    public void IsWellFormed_Length_UpTo128()
    {
        Assert.True(RequestIds.IsWellFormed(new string('a', 128)));
        Assert.False(RequestIds.IsWellFormed(new string('a', 129)));
    }
}
