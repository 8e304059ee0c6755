using Conductor.Calls;
using Conductor.Host.Prove;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Tests.Prove;

/// <summary>What is lost has one name, whichever target loses it.</summary>
public sealed class LossNamesTests
{
    public static TheoryData<string> Dialects => [.. ProvedDialects.All.Select(dialect => dialect.Name)];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void MemberOfAnotherDialect_IsToldByItsOwnName(string dialect)
    {
        var content = new TextContent("hi") { AdditionalProperties = new() { ["nobody:part.member"] = "1" } };
        var message = new ChatMessage(ChatRole.User, [content]) { AdditionalProperties = new() { ["nobody:turn.member"] = "2" } };
        var options = new ChatOptions { MaxOutputTokens = 5, AdditionalProperties = new() { ["nobody:request.member"] = "3", ["nobody:other"] = "4" } };

        var losses = Write(dialect, options, message);

        Assert.Equal(["nobody:other", "nobody:part.member", "nobody:request.member", "nobody:turn.member"], losses.Dropped.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void DetailOfAnImage_IsLostOnlyWhereItSaysSomething(string dialect)
    {
        var (own, other) = (Write(dialect, new ChatOptions { MaxOutputTokens = 5 }, Image("auto")), Write(dialect, new ChatOptions { MaxOutputTokens = 5 }, Image("low")));

        Assert.Empty(own.Dropped);
        Assert.Subset(new HashSet<string> { "messages.content.image_url.detail" }, other.Dropped.ToHashSet());

        static ChatMessage Image(string detail) => new(ChatRole.User, [new DataContent("data:image/png;base64,iVBORw0KGgo=") { AdditionalProperties = new() { ["detail"] = detail } }]);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void PartsOfATurn_HaveTheirPath(string dialect)
    {
        var losses = Write(
            dialect, new ChatOptions { MaxOutputTokens = 5 },
            new ChatMessage(ChatRole.User, "hi") { AuthorName = "ann" },
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("hello")]),
            new ChatMessage(ChatRole.System, "be brief"),
            new ChatMessage(ChatRole.User, "go on"));

        Assert.Subset(new HashSet<string> { "messages.name", "messages.reasoning_content" }, losses.Dropped.ToHashSet());
        Assert.Subset(new HashSet<string> { "messages.role" }, losses.Changed.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void PictureInAnAnswer_IsSaidOrTold(string dialect)
    {
        var losses = new LossReport();
        var answer = new ChatResponse(new ChatMessage(ChatRole.Assistant, [new TextContent("here"), new DataContent("data:image/png;base64,iVBORw0KGgo=")])) { FinishReason = ChatFinishReason.Stop };

        var written = ProvedDialects.All.Single(one => one.Name == dialect).WriteAnswer(answer, losses);

        Assert.Equal(System.Text.Encoding.UTF8.GetString(written).Contains("iVBORw0KGgo=", StringComparison.Ordinal) ? [] : ["message.images"], losses.Dropped);
    }

    private static LossReport Write(string dialect, ChatOptions options, params ChatMessage[] messages) =>
        ProvedDialects.All.Single(one => one.Name == dialect).WriteRequest(new ChatRequest(messages, options)).Losses;
}
