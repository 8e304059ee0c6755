using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Conductor.Wire;

namespace Conductor.Host.Prove;

/// <summary>
/// What clients do with an answer in the next turn: they send it back as it came, without understanding all of it. Written on bare JSON, as SDKs do it, and not with Conductor's readers, which
/// would understand too much.
/// </summary>
internal static class Replays
{
    private static readonly string[] TextMembers = ["text", "thinking", "signature"];

    /// <summary>OpenAI: `choices[0].message` is the next request's assistant message.</summary>
    public static byte[] OpenAI(JsonNode message) => Bytes(new JsonObject
    {
        ["model"] = "m",
        ["messages"] = new JsonArray(Turn("user", "hi"), message, Turn("user", "and then?")),
    });

    public static JsonNode OpenAIMessage(byte[] answer) => JsonNode.Parse(answer)!["choices"]![0]!["message"]!.DeepClone();

    /// <summary>Deltas put together: texts joined, calls by their index, details by theirs.</summary>
    public static async Task<JsonNode> OpenAIMessageAsync(byte[] stream)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = null };
        foreach (var delta in (await EventsAsync(stream)).Select(chunk => chunk["choices"]).OfType<JsonArray>().SelectMany(choices => choices).Select(choice => choice!["delta"]).OfType<JsonObject>())
        {
            Join(message, delta);
        }

        return message;
    }

    /// <summary>Anthropic: `content` is the next request's assistant content.</summary>
    public static byte[] Anthropic(JsonNode content) => Bytes(new JsonObject
    {
        ["model"] = "m",
        ["max_tokens"] = 10,
        ["messages"] = new JsonArray(Turn("user", "hi"), new JsonObject { ["role"] = "assistant", ["content"] = content }, Turn("user", "and then?")),
    });

    public static JsonNode AnthropicContent(byte[] answer) => JsonNode.Parse(answer)!["content"]!.DeepClone();

    /// <summary>Blocks put together from their deltas.</summary>
    public static async Task<JsonNode> AnthropicContentAsync(byte[] stream)
    {
        var blocks = new SortedDictionary<int, JsonObject>();
        var inputs = new Dictionary<int, StringBuilder>();
        foreach (var item in await EventsAsync(stream))
        {
            var index = item["index"]?.GetValue<int>() ?? -1;
            switch (item["type"]!.GetValue<string>())
            {
                case "content_block_start":
                    blocks[index] = (JsonObject)item["content_block"]!.DeepClone();
                    inputs[index] = new StringBuilder();
                    break;
                case "content_block_delta":
                    var delta = (JsonObject)item["delta"]!;
                    foreach (var name in TextMembers.Where(delta.ContainsKey))
                    {
                        blocks[index][name] = (blocks[index][name]?.GetValue<string>() ?? "") + delta[name]!.GetValue<string>();
                    }

                    inputs[index].Append(delta["partial_json"]?.GetValue<string>());
                    break;
            }
        }

        foreach (var (index, block) in blocks.Where(pair => pair.Value["type"]!.GetValue<string>() == "tool_use"))
        {
            block["input"] = inputs[index].Length > 0 ? JsonNode.Parse(inputs[index].ToString()) : new JsonObject();
        }

        return new JsonArray([.. blocks.Values]);
    }

    /// <summary>Responses: all of `output` goes before the next input.</summary>
    public static byte[] Responses(JsonNode output) => Bytes(new JsonObject
    {
        ["model"] = "m",
        ["input"] = new JsonArray([Turn("user", "hi"), .. ((JsonArray)output).Select(item => item!.DeepClone()), Turn("user", "and then?")]),
    });

    public static JsonNode ResponsesOutput(byte[] answer) => JsonNode.Parse(answer)!["output"]!.DeepClone();

    /// <summary>The last event holds the whole answer.</summary>
    public static async Task<JsonNode> ResponsesOutputAsync(byte[] stream) => (await EventsAsync(stream))[^1]["response"]!["output"]!.DeepClone();

    /// <summary>Gemini: `candidates[0].content` is one of the next request's contents.</summary>
    public static byte[] Gemini(JsonNode content) => Bytes(new JsonObject { ["contents"] = new JsonArray(Said("hi"), content, Said("and then?")) });

    public static JsonNode GeminiContent(byte[] answer) => JsonNode.Parse(answer)!["candidates"]![0]!["content"]!.DeepClone();

    /// <summary>All parts of all pieces, in order.</summary>
    public static async Task<JsonNode> GeminiContentAsync(byte[] stream) => new JsonObject
    {
        ["role"] = "model",
        ["parts"] = new JsonArray([.. (await EventsAsync(stream)).SelectMany(piece => piece["candidates"]?[0]?["content"]?["parts"] as JsonArray ?? []).Select(part => part!.DeepClone())]),
    };

    /// <summary>Ollama: `message` is the next request's, which has OpenAI's form.</summary>
    public static JsonNode OllamaMessage(byte[] answer) => JsonNode.Parse(answer)!["message"]!.DeepClone();

    /// <summary>The messages of all lines put together.</summary>
    public static async Task<JsonNode> OllamaMessageAsync(byte[] stream)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = "" };
        var calls = new JsonArray();
        using var lines = new NdjsonReader(new MemoryStream(stream), SseReader.DefaultMaxEventBytes);
        while (await lines.ReadAsync(CancellationToken.None))
        {
            var piece = JsonNode.Parse(lines.Line.Span)!["message"] as JsonObject ?? [];
            message["content"] = message["content"]!.GetValue<string>() + piece["content"]?.GetValue<string>();
            message["thinking"] = (message["thinking"]?.GetValue<string>() ?? "") + piece["thinking"]?.GetValue<string>();
            foreach (var call in piece["tool_calls"] as JsonArray ?? [])
            {
                calls.Add(call!.DeepClone());
            }
        }

        if (calls.Count > 0)
        {
            message["tool_calls"] = calls;
        }

        return message;
    }

    private static JsonObject Said(string text) => new() { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = text }) };

    private static JsonObject Turn(string role, string text) => new() { ["role"] = role, ["content"] = text };

    private static void Join(JsonObject whole, JsonObject delta)
    {
        foreach (var (name, piece) in delta)
        {
            switch (piece)
            {
                case JsonValue text when name is "content" or "reasoning_content" or "reasoning" or "refusal" or "arguments" or "text" or "signature" or "data" && text.GetValueKind() == JsonValueKind.String:
                    whole[name] = (whole[name]?.GetValue<string>() ?? "") + text.GetValue<string>();
                    break;
                case JsonArray items when name is "tool_calls" or "reasoning_details":
                    JoinItems((JsonArray)(whole[name] ??= new JsonArray()), items);
                    break;
                case JsonObject member when whole[name] is JsonObject known:
                    Join(known, member);
                    break;
                case not null:
                    whole[name] = piece.DeepClone();
                    break;
            }
        }
    }

    private static void JoinItems(JsonArray whole, JsonArray items)
    {
        foreach (var item in items.OfType<JsonObject>())
        {
            var index = item["index"]?.GetValue<int>();
            var known = whole.OfType<JsonObject>().FirstOrDefault(one => index is not null && one["index"]?.GetValue<int>() == index);
            if (known is null)
            {
                whole.Add(item.DeepClone());
            }
            else
            {
                Join(known, item);
            }
        }
    }

    private static async Task<List<JsonNode>> EventsAsync(byte[] stream)
    {
        var all = new List<JsonNode>();
        await using var events = new SseReader(new MemoryStream(stream));
        while (await events.ReadAsync(CancellationToken.None))
        {
            if (events.Data.Span.StartsWith("{"u8))
            {
                all.Add(JsonNode.Parse(events.Data.Span)!);
            }
        }

        return all;
    }

    private static byte[] Bytes(JsonNode request) => Encoding.UTF8.GetBytes(request.ToJsonString());
}
