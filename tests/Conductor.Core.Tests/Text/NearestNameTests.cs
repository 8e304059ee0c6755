using Conductor.Text;

namespace Conductor.Core.Tests.Text;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("temprature", "temperature")]
    [InlineData("Temperature", "temperature")]
    [InlineData("temperatuer", "temperature")]
    [InlineData("maxTokens", "max_tokens")]
    [InlineData("max-tokens", "max_tokens")]
    [InlineData("op_p", "top_p")]
    [InlineData("txet", "text")]
    [InlineData("temp", "temperature")]
    public void Find_SlipOfTheHand_FindsWhatWasMeant(string typed, string meant)
    {
        var nearest = NearestName.Find(typed, ["text", "temperature", "max_tokens", "top_p"]);

        Assert.Equal(meant, nearest);
    }

    [Theory]
    [InlineData("zebra")]
    [InlineData("")]
    [InlineData("q")]
    public void Find_NothingNear_ReturnsNull(string typed)
    {
        Assert.Null(NearestName.Find(typed, ["text", "temperature", "max_tokens"]));
    }

    [Fact]
    public void Find_SeveralNear_TakesTheNearest()
    {
        Assert.Equal("llama3", NearestName.Find("llama9", ["lamb", "llama31", "llama3"]));
    }

    [Fact]
    public void Find_VeryLongName_ReturnsNullWithoutComparing()
    {
        Assert.Null(NearestName.Find(new string('a', 5_000), ["aaaa", new string('a', 4_999)]));
    }

    [Fact]
    public void Find_NoCandidates_ReturnsNull()
    {
        Assert.Null(NearestName.Find("text", []));
    }
}
