using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Real;

/// <summary>The official npm client `@google/genai`, told nothing but the base URL and a key, in front of an upstream of OpenAI's dialect and of one of Gemini's. Skipped, with the reason, where it is missing.</summary>
public sealed class GeminiClientTests
{
    private const string Key = "ck_test_0123456789abcdefghij";

    [SkippableTheory]
    [InlineData("fake/m", "local/all-minilm-l6-v2", 384)]
    [InlineData("google/gemini-2.5-flash", "google/gemini-embedding-001", 8)]
    [InlineData("google/gemini-3-pro", "google/gemini-embedding-001", 8)] // signs its calls, and refuses them unsigned
    public async Task OfficialClient_EverythingItCanAskFor_Works(string model, string embeddingModel, int length)
    {
        Skip.If(NodeClient.WhyNoPackage("@google/genai") is not null, NodeClient.WhyNoPackage("@google/genai"));
        await using var openai = await FakeUpstream.StartAsync();
        openai.Otherwise(FakeReply.Choose(Answer));
        await using var google = await FakeGemini.StartAsync();
        google.Otherwise(AnswerAsGemini);
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              fake: { plugin: openai-compatible, base_url: "{{openai.BaseUrl}}", price: free }
              google: { plugin: google, base_url: "{{google.BaseUrl}}", price: free }
            """,
            new() { ["CONDUCTOR_API_KEYS"] = Key });

        using var client = NodeClient.Start("gemini.mjs", gateway.Address.ToString().TrimEnd('/'), Key, model, embeddingModel);
        var found = await client.ReadAsync();

        // The script still lives: it is abort() that ended the upstream's work.
        var last = model.StartsWith("fake/", StringComparison.Ordinal) ? openai.Requests[^1] : google.Requests[^1];
        await last.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, found.GetProperty("abort").GetInt32());

        var generated = found.GetProperty("generate");
        Assert.Equal(("echo Grüße 😀", "STOP", "string"), (Text(generated, "text"), Text(generated, "finish"), Text(generated, "id")));
        Assert.True(generated.GetProperty("total").GetInt32() > 0);
        var stream = found.GetProperty("stream");
        Assert.Equal(("echo Grüße 😀 und mehr davon", "STOP"), (Text(stream, "text"), Text(stream, "finish")));
        Assert.True(stream.GetProperty("pieces").GetInt32() > 2 && stream.GetProperty("total").GetInt32() > 0);
        foreach (var kind in (string[])["tools", "streamedTools"])
        {
            var tools = found.GetProperty(kind);
            Assert.Equal(["weather:Ulm", "weather:Bern"], tools.GetProperty("calls").EnumerateArray().Select(call => call.GetString()));
            Assert.Equal("warm in Ulm, warm in Bern", Text(tools, "text"));
        }

        Assert.Equal("Ulm", Text(found.GetProperty("structured"), "city"));
        Assert.Equal("an image", Text(found, "image"));
        Assert.True(found.GetProperty("count").GetInt32() >= 3);
        var vectors = found.GetProperty("embeddings");
        Assert.Equal((2, length, true), (vectors.GetProperty("count").GetInt32(), vectors.GetProperty("length").GetInt32(), vectors.GetProperty("numbers").GetBoolean()));
        Assert.Superset(new HashSet<string?> { "models/auto", "models/google/gemini-3-pro", "models/local/all-minilm-l6-v2" }, found.GetProperty("models").EnumerateArray().Select(name => name.GetString()).ToHashSet());
        Assert.Contains("generateContent", found.GetProperty("oneModel").EnumerateArray().Select(action => action.GetString()));
        var errors = found.GetProperty("errors");
        Assert.Equal(
            ("ApiError 404", "ApiError 401", "ApiError 429", "ApiError 429", "ApiError 502"),
            (Text(errors, "unknown"), Text(errors, "key"), Text(errors, "busy"), Text(errors, "busyStream"), Text(errors, "broken")));
        Assert.True(found.GetProperty("together").GetBoolean());
    }

    private static FakeReply Answer(RecordedRequest request)
    {
        if (!request.Path.EndsWith("/chat/completions", StringComparison.Ordinal))
        {
            return request.Method == "GET" ? FakeReply.Models("m") : FakeReply.Embeddings();
        }

        var messages = request.Json.GetProperty("messages").EnumerateArray().ToList();
        var results = messages.Where(message => message.GetProperty("role").GetString() == "tool").Select(message => message.GetProperty("content").GetString()).ToList();
        if (results.Count > 0)
        {
            return FakeReply.Text(string.Join(", ", results));
        }

        var content = messages[^1].GetProperty("content");
        var hasImage = content.ValueKind == JsonValueKind.Array && content.EnumerateArray().Any(part => part.GetProperty("type").GetString() == "image_url");
        return (content.ValueKind == JsonValueKind.String ? content.GetString() : hasImage ? "image" : "") switch
        {
            "image" => FakeReply.Text(hasImage ? "an image" : "none"),
            "weather in two cities" => FakeReply.ToolCalls(new FakeToolCall("call_1", "weather", """{"city":"Ulm"}"""), new FakeToolCall("call_2", "weather", """{"city":"Bern"}""")),
            "json" => FakeReply.Text(request.Json.GetProperty("response_format").GetProperty("type").GetString() == "json_schema" ? """{"city":"Ulm"}""" : "none"),
            "busy" => FakeReply.Error(429, "rate_limit_exceeded"),
            "break" => FakeReply.Stream(new FakeStream().Role().Chunk("a").Error()),
            "stall" => FakeReply.Stream(new FakeStream().Role().Chunk("a").Stall()),
            var text => FakeReply.Text(text!),
        };
    }

    private static FakeGeminiReply AnswerAsGemini(RecordedRequest request)
    {
        var parts = request.Json.GetProperty("contents").EnumerateArray().Last().GetProperty("parts").EnumerateArray().ToList();
        var results = parts.Where(part => part.TryGetProperty("functionResponse", out _)).Select(part => part.GetProperty("functionResponse").GetProperty("response").GetProperty("output").GetString()).ToList();
        if (results.Count > 0)
        {
            return FakeGeminiReply.Text(string.Join(", ", results));
        }

        return parts[0].GetProperty("text").GetString()! switch
        {
            "image" => FakeGeminiReply.Text(parts.Count == 2 && parts[1].TryGetProperty("inlineData", out _) ? "an image" : "none"),
            "weather in two cities" => new FakeGeminiReply().Call("weather", """{"city":"Ulm"}""").Call("weather", """{"city":"Bern"}"""),
            "json" => FakeGeminiReply.Text(request.Json.GetProperty("generationConfig").TryGetProperty("responseSchema", out _) ? """{"city":"Ulm"}""" : "none"),
            "busy" => FakeGeminiReply.Error(429, "RESOURCE_EXHAUSTED", "slow"),
            "break" => FakeGeminiReply.Text("a").ThenError(500, "INTERNAL", "broke"),
            "stall" => FakeGeminiReply.Text("a").ThenStall(),
            var text => FakeGeminiReply.Text([.. text.Split(' ').Select((word, i) => i == 0 ? word : " " + word)]),
        };
    }

    private static string? Text(JsonElement from, string name) => from.GetProperty(name).GetString();
}
