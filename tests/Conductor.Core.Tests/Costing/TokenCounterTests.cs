using Conductor.Calls;
using Conductor.Costing;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Costing;

public sealed class TokenCounterTests
{
    [Fact]
    public void AConversationOfText_IsCountedByOpenAIsRule()
    {
        // 3 to frame, 1 for the role, 2 for the text, 3 to begin the answer.
        Assert.Equal(new TokenCount(9, IsExact: true), TokenCounter.Chat("openai/gpt-4o", Chat(new ChatMessage(ChatRole.User, "hello world"))));
        Assert.Equal(new TokenCount(9, IsExact: true), TokenCounter.Chat("gpt-4", Chat(new ChatMessage(ChatRole.User, "hello world"))));
    }

    [Fact]
    public void AName_CostsOneMoreThanItsTokens() =>
        Assert.Equal(9 + 1 + 1, TokenCounter.Chat("gpt-4o", Chat(new ChatMessage(ChatRole.User, "hello world") { AuthorName = "bob" })).Tokens);

    [Fact]
    public void WhatIsNotPublished_IsAnEstimate()
    {
        var withTool = Chat(new ChatMessage(ChatRole.User, "hi")) with { Options = new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("f", "does it", System.Text.Json.JsonElement.Parse("{}"u8))] } };

        Assert.False(TokenCounter.Chat("gpt-4o", withTool).IsExact);
        Assert.False(TokenCounter.Chat("gpt-4o", Chat(new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]))).IsExact);
        Assert.False(TokenCounter.Chat("claude-sonnet-4-5", Chat(new ChatMessage(ChatRole.User, "hi"))).IsExact);
        Assert.False(TokenCounter.Chat("stories15M", Chat(new ChatMessage(ChatRole.User, "hi"))).IsExact);
    }

    [Fact]
    public void Texts_AreCountedOneByOne()
    {
        Assert.Equal(new TokenCount(4, IsExact: true), TokenCounter.Texts("text-embedding-3-small", ["hello world", "hello world"]));
        Assert.Equal(new TokenCount(2, IsExact: true), TokenCounter.Text("gpt-4o", "hello world"));
        Assert.Equal(new TokenCount(0, IsExact: true), TokenCounter.Text("gpt-4o", null));
        Assert.False(TokenCounter.Text("unheard-of", "hello world").IsExact);
    }

    private static ChatRequest Chat(params ChatMessage[] messages) => new(messages, new ChatOptions());
}
