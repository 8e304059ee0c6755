using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI.Tests;

public sealed class LossTests
{
    private static readonly OpenAITarget Strict = new() { MaxTokensMember = "max_completion_tokens", IsStrict = true };

    private static readonly OpenAITarget Reasoner = Strict with { Refused = ["temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias"] };

    /// <summary>What is asked for, of which target, what is reported and which member must not go out.</summary>
    public static TheoryData<string, OpenAITarget?, ChatMessage, ChatOptions?, string> Rows => new()
    {
        { "another dialect's member", null, User(), Extra("anthropic:inference_geo", "us"), "anthropic:inference_geo" },
        { "another dialect's member of a message", null, User(extra: "gemini:x"), null, "gemini:x" },
        { "another dialect's member of a text", null, Text("gemini:videoMetadata", "x"), null, "gemini:videoMetadata" },
        { "a thinking budget", null, User(), Extra(ChatKeys.ThinkingBudget, 1024L), "thinking_budget" },
        { "top_k, strictly", Strict, User(), new ChatOptions { TopK = 4 }, "top_k" },
        { "min_p, strictly", Strict, User(), Extra("min_p", 0.1), "min_p" },
        { "a cache breakpoint, strictly", Strict, Text(ChatKeys.CacheControl, JsonElement.Parse("""{"type":"ephemeral"}""")), null, "cache_control" },
        { "thinking of an earlier turn, strictly", Strict, new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm"), new TextContent("a")]), null, "messages.reasoning_content" },
        { "a signature beside a call, strictly", Strict, new ChatMessage(ChatRole.Assistant, [Call()]), null, "messages.tool_calls.extra_content" },
        { "a failed tool", null, new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c", "no") { AdditionalProperties = new() { [ChatKeys.ToolFailed] = true } }]), null, "is_error" },
        { "a cache breakpoint on a result", null, new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c", "ok") { AdditionalProperties = new() { [ChatKeys.CacheControl] = "x" } }]), null, "cache_control" },
        { "a cache breakpoint on a tool", null, User(), new ChatOptions { Tools = [new Tool(ChatKeys.CacheControl)] }, "cache_control" },
        { "the name of a message", new OpenAITarget { Refused = [OpenAITarget.Names] }, new ChatMessage(ChatRole.User, "hi") { AuthorName = "ann" }, null, "messages.name" },
        { "temperature of a reasoner", Reasoner, User(), new ChatOptions { Temperature = 0.2f }, "temperature" },
        { "top_p of a reasoner", Reasoner, User(), new ChatOptions { TopP = 0.2f }, "top_p" },
        { "a penalty of a reasoner", Reasoner, User(), new ChatOptions { PresencePenalty = 1 }, "presence_penalty" },
        { "logit_bias of a reasoner", Reasoner, User(), Extra("logit_bias", JsonElement.Parse("{}")), "logit_bias" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Request_WhatIsLeftOut_IsNamed_AndRefusedWhereLossesAre(string what, OpenAITarget? target, ChatMessage message, ChatOptions? options, string name)
    {
        var losses = new LossReport();

        var written = Bytes.Text(output => losses = OpenAIRequestWriter.Write(output, "m", [message], options, isStreaming: false, target));

        Assert.NotEmpty(what);
        Assert.Equal([name], losses.Dropped);
        Assert.DoesNotContain("\"" + name.Split(':', '.')[^1] + "\":", written, StringComparison.Ordinal);
        var strictly = options?.Clone() ?? new ChatOptions();
        (strictly.AdditionalProperties ??= [])[ChatKeys.RefuseLosses] = true;
        var refusal = Assert.Throws<WireRequestException>(() => Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", [message], strictly, isStreaming: false, target)));
        Assert.Equal((name, WireRequestCodes.Unsupported), (refusal.Param, refusal.Code));
    }

    [Fact]
    public void Reasoner_AskedForWhatItDoesAnyway_LosesNothing()
    {
        var losses = new LossReport();

        var written = Bytes.Text(output => losses = OpenAIRequestWriter.Write(output, "m", [User()], new ChatOptions { Temperature = 1, TopP = 1, FrequencyPenalty = 0, MaxOutputTokens = 5 }, isStreaming: false, Reasoner));

        Assert.Empty(losses.Dropped);
        Assert.Equal("""{"model":"m","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":5}""", written);
    }

    [Fact]
    public void Target_WithOtherNames_IsWrittenForIt()
    {
        var target = new OpenAITarget { SeedMember = "random_seed", HasStreamOptions = false };

        var written = Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", [User()], new ChatOptions { Seed = 7, TopK = 3 }, isStreaming: true, target));

        Assert.Equal("""{"model":"m","messages":[{"role":"user","content":"hi"}],"top_k":3,"random_seed":7,"stream":true}""", written);
    }

    [Fact]
    public void Schema_OfATargetThatHoldsToNone_IsRefused()
    {
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("{}"), "n") };

        var failure = Assert.Throws<WireRequestException>(() => Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", [User()], options, isStreaming: false, new OpenAITarget { HasJsonSchema = false })));

        Assert.Equal(("response_format", true), (failure.Param, failure.IsUnsupported));
    }

    [Fact]
    public void OwnMembersUnderTheDialectsKey_GoOut()
    {
        var written = Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", [User()], Extra(ChatKeys.Of("openai", "verbosity"), "low"), isStreaming: false));

        Assert.Contains("\"verbosity\":\"low\"", written, StringComparison.Ordinal);
    }

    [Fact]
    public void ToolResults_WithTextBesideThem_AreToolMessagesThenTheUsers()
    {
        var message = new ChatMessage(ChatRole.Tool, [new FunctionResultContent("a", "1"), new FunctionResultContent("b", new AIContent[] { new TextContent("2"), new TextContent("3") }), new TextContent("and now?")]);

        var written = Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", [message], null, isStreaming: false));

        Assert.Equal(
            """{"model":"m","messages":[{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"23"},{"role":"user","content":"and now?"}]}""", written);
    }

    [Fact]
    public void ToolResult_WithAnImage_CannotBeSaid()
    {
        var message = new ChatMessage(ChatRole.Tool, [new FunctionResultContent("a", new AIContent[] { new DataContent("data:image/png;base64,AAAA") })]);

        var failure = Assert.Throws<WireRequestException>(() => Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", [message], null, isStreaming: false)));

        Assert.Equal(("messages[0].content", true), (failure.Param, failure.IsUnsupported));
    }

    [Fact]
    public void Answer_MembersOfOtherDialects_StayInside()
    {
        var message = new ChatMessage(ChatRole.Assistant, "a") { AdditionalProperties = new() { ["anthropic:stop_details"] = "x" } };
        var response = new ChatResponse(message) { AdditionalProperties = new() { ["gemini:safetyRatings"] = "y", ["system_fingerprint"] = "fp" } };

        var written = Bytes.Text(output => OpenAIResponseWriter.Write(output, response, "i", "m", DateTimeOffset.UnixEpoch));

        Assert.DoesNotContain("stop_details", written, StringComparison.Ordinal);
        Assert.DoesNotContain("safetyRatings", written, StringComparison.Ordinal);
        Assert.Contains("system_fingerprint", written, StringComparison.Ordinal);
    }

    private static ChatMessage User(string? extra = null) => new(ChatRole.User, "hi") { AdditionalProperties = extra is null ? null : new() { [extra] = "v" } };

    private static ChatMessage Text(string key, object value) => new(ChatRole.User, [new TextContent("hi") { AdditionalProperties = new() { [key] = value } }]);

    private static ChatOptions Extra(string key, object value) => new() { AdditionalProperties = new() { [key] = value } };

    private static FunctionCallContent Call() => new("c", "f") { AdditionalProperties = new() { [ChatKeys.ThoughtSignature] = "sig" } };

    private sealed class Tool(string key) : AIFunctionDeclaration
    {
        public override string Name => "f";

        public override JsonElement JsonSchema => JsonElement.Parse("{}");

        public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = new Dictionary<string, object?> { [key] = "x" };
    }
}
