using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Real;

/// <summary>The official npm client of Anthropic, told nothing but the base URL, in front of a target of its dialect and one of another. Skipped, with the reason, where it is missing.</summary>
public sealed class AnthropicClientTests
{
    private const string Own = "claude/claude-sonnet-4-5";
    private const string Other = "fake/m";
    private static readonly Task Never = new TaskCompletionSource().Task;

    [SkippableTheory]
    [InlineData(Own, "")]
    [InlineData(Own, "/anthropic")]
    [InlineData(Other, "")]
    public async Task OfficialClient_EverythingItCanAskFor_Works(string model, string prefix)
    {
        var whyNot = NodeClient.WhyNoPackage("@anthropic-ai/sdk");
        Skip.If(whyNot is not null, whyNot);
        await using var claude = await FakeAnthropic.StartAsync();
        claude.Otherwise(AnswerOwn);
        await using var openai = await FakeUpstream.StartAsync();
        openai.Otherwise(FakeReply.Choose(AnswerOther));
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              claude: { plugin: anthropic, base_url: "{{claude.BaseUrl}}", keys: [ "sk-upstream" ], price: free }
              fake: { plugin: openai-compatible, base_url: "{{openai.BaseUrl}}", price: free, models: [ m ] }
            """);

        using var client = NodeClient.Start("anthropic.mjs", new Uri(gateway.Address, prefix).ToString().TrimEnd('/'), model);
        var found = await client.ReadAsync();

        // The script still lives: it is abort() that the upstream sees.
        var asked = (model == Own ? claude.Requests : openai.Requests).Where(request => request.Method == "POST").ToList();
        await asked[^1].Aborted.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, found.GetProperty("abort").GetInt32());
        AssertAnswers(found, model);
        AssertErrors(found, model);
        Assert.True(found.GetProperty("many").GetBoolean());
        Assert.True(found.GetProperty("counted").GetInt32() > 0);
        Assert.Superset(new HashSet<string?> { "auto", Own, Other }, found.GetProperty("models").EnumerateArray().Select(listed => listed.GetString()).ToHashSet());
        Assert.Equal(model, found.GetProperty("oneModel").GetString());
        Assert.Contains("Be brief.", asked[0].BodyText, StringComparison.Ordinal);
        Assert.Contains(asked, request => request.BodyText.Contains("iVBORw0KGgo=", StringComparison.Ordinal));
        Assert.Equal(model == Own, asked[0].Headers.TryGetValue("anthropic-version", out var version) && version == "2026-10-21");
    }

    private static void AssertAnswers(JsonElement found, string model)
    {
        var chat = found.GetProperty("chat");
        Assert.Equal("Grüße 😀 漢字", chat.GetProperty("text").GetString());
        Assert.Equal("end_turn", chat.GetProperty("stop").GetString());
        Assert.Equal(model.Split('/')[0], chat.GetProperty("provider").GetString());
        Assert.StartsWith("req_", chat.GetProperty("requestId").GetString(), StringComparison.Ordinal);
        Assert.True(chat.GetProperty("input").GetInt32() > 0 && chat.GetProperty("output").GetInt32() > 0);
        Assert.Equal("Grüße 😀 漢字", found.GetProperty("stream").GetProperty("text").GetString());
        var kinds = found.GetProperty("stream").GetProperty("kinds").EnumerateArray().Select(kind => kind.GetString()).ToList();
        Assert.Equal(("message_start", "content_block_start", "message_stop"), (kinds[0], kinds[1], kinds[^1]));
        foreach (var way in (string[])["tools", "toolsStreamed"])
        {
            var tools = found.GetProperty(way);
            Assert.Equal("tool_use", tools.GetProperty("stop").GetString());
            Assert.Equal(["get_weather:Bern", "get_weather:Basel"], tools.GetProperty("calls").EnumerateArray().Select(call => call.GetString()));
            Assert.Equal("All results are there.", tools.GetProperty("text").GetString());
        }

        Assert.Equal("What is it?", found.GetProperty("image").GetString());
    }

    private static void AssertErrors(JsonElement found, string model)
    {
        var errors = found.GetProperty("errors");
        Assert.Equal(("NotFoundError", 404, "not_found_error", "model_not_found"), Error(errors.GetProperty("missing")));
        // Bytes that pass are judged by the target.
        Assert.Equal(("BadRequestError", 400, "invalid_request_error", model == Own ? "invalid_request" : "invalid_value"), Error(errors.GetProperty("bad")));
        Assert.Equal(("BadRequestError", 400, "invalid_request_error", "unsupported_parameter"), Error(errors.GetProperty("local")));
        Assert.Equal(404, found.GetProperty("nowhere").GetInt32());
    }

    private static (string? Class, int Status, string? Type, string? Code) Error(JsonElement error)
    {
        Assert.StartsWith("req_", error.GetProperty("requestId").GetString(), StringComparison.Ordinal);
        return (error.GetProperty("class").GetString(), error.GetProperty("status").GetInt32(), error.GetProperty("type").GetString(), error.GetProperty("code").GetString());
    }

    private static FakeAnthropicReply AnswerOwn(RecordedRequest request) => Next(request) switch
    {
        Wish.Tools => new FakeAnthropicReply().AddToolUse("toolu_1", "get_weather", """{"city":"Bern"}""").AddToolUse("toolu_2", "get_weather", """{"city":"Basel"}"""),
        Wish.Summary => FakeAnthropicReply.Text("All results are there."),
        Wish.Forever => FakeAnthropicReply.Text("on").WaitFor(Never),
        _ => FakeAnthropicReply.Text(LastText(request)),
    };

    private static FakeReply AnswerOther(RecordedRequest request) => request.Method == "GET" ? FakeReply.Models("m") : Next(request) switch
    {
        Wish.Tools => FakeReply.ToolCalls(new FakeToolCall("call_1", "get_weather", """{"city":"Bern"}"""), new FakeToolCall("call_2", "get_weather", """{"city":"Basel"}""")),
        Wish.Summary => FakeReply.Text("All results are there."),
        Wish.Forever => FakeReply.Stream(new FakeStream().Role().Chunk("on").Stall()),
        _ => FakeReply.Text(LastText(request)),
    };

    private static Wish Next(RecordedRequest request)
    {
        var body = request.BodyText;
        return body.Contains("22 degrees in Bern", StringComparison.Ordinal) && body.Contains("22 degrees in Basel", StringComparison.Ordinal) ? Wish.Summary
            : body.Contains("get_weather", StringComparison.Ordinal) ? Wish.Tools
            : body.Contains("go on forever", StringComparison.Ordinal) ? Wish.Forever
            : Wish.Echo;
    }

    private static string LastText(RecordedRequest request)
    {
        var content = request.Json.GetProperty("messages").EnumerateArray().Last().GetProperty("content");
        return content.ValueKind == JsonValueKind.String ? content.GetString()! : content.EnumerateArray().Last().GetProperty("text").GetString()!;
    }

    private enum Wish
    {
        Echo,
        Tools,
        Summary,
        Forever,
    }
}
