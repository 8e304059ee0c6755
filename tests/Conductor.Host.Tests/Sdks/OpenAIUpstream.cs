using System.Text.Encodings.Web;
using System.Text.Json;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Sdks;

/// <summary>OpenAI, and the servers of its dialect.</summary>
internal sealed class OpenAIUpstream : SdkUpstream
{
    private static readonly JsonSerializerOptions Bare = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly FakeUpstream _server;

    private OpenAIUpstream(FakeUpstream server, string name, string settings, FakeOpenAIRules rules, string model, string? embeddingModel)
    {
        (_server, Name, Settings, ChatModel, EmbeddingModel) = (server, name, settings, model, embeddingModel);
        _server.Otherwise(FakeReply.Choose(request => rules.Refuse(request) ?? Reply(request, rules)));
    }

    public override string Name { get; }

    public override string Settings { get; }

    public override string ChatModel { get; }

    public override string? EmbeddingModel { get; }

    public static async Task<SdkUpstream> OpenAIAsync()
    {
        var server = await FakeUpstream.StartAsync();
        return new OpenAIUpstream(
            server, "openai", $"plugin: openai, base_url: \"{server.BaseUrl}\", keys: [ sk-openai ]", Rules("gpt-4o", "text-embedding-3-small", "sk-openai"), "gpt-4o", "text-embedding-3-small");
    }

    public static async Task<SdkUpstream> AzureAsync()
    {
        var server = await FakeUpstream.StartAsync();
        var rules = new FakeOpenAIRules { Key = ("api-key", "azure-key"), Models = ["team-gpt4o", "team-embeddings"] };
        return new OpenAIUpstream(
            server, "azure", $"plugin: azure-openai, base_url: \"{Root(server)}\", keys: [ azure-key ], deployments: {{ gpt-4o: team-gpt4o, text-embedding-3-small: team-embeddings }}", rules, "gpt-4o", "text-embedding-3-small");
    }

    public static async Task<SdkUpstream> HubAsync()
    {
        const string Chat = "meta-llama/Llama-3.1-8B-Instruct", Embedding = "sentence-transformers/all-MiniLM-L6-v2";
        var server = await FakeUpstream.StartAsync();
        return new OpenAIUpstream(
            server, "huggingface", $"plugin: huggingface, base_url: \"{Root(server)}\", api_style: router, keys: [ hf_key ]", Rules(Chat, Embedding, "hf_key", isLenient: true), Chat, Embedding);
    }

    public static async Task<SdkUpstream> CustomAsync()
    {
        var server = await FakeUpstream.StartAsync();
        return new OpenAIUpstream(
            server, "custom", $"plugin: openai-compatible, preset: vllm, base_url: \"{server.BaseUrl}\", keys: [ own-key ]", Rules("qwen3", "bge-m3", "own-key", isLenient: true), "qwen3", "bge-m3");
    }

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    private static string Root(FakeUpstream server) => server.BaseUrl[..^"/v1".Length];

    private static FakeOpenAIRules Rules(string model, string embeddingModel, string key, bool isLenient = false) =>
        new() { Key = ("authorization", "Bearer " + key), Models = [model, embeddingModel], IsLenient = isLenient };

    private FakeReply Reply(RecordedRequest request, FakeOpenAIRules rules)
    {
        if (request.Method == "GET")
        {
            return FakeReply.Models([.. rules.Models]);
        }

        if (request.Path.EndsWith("/feature-extraction", StringComparison.Ordinal))
        {
            return FakeHub.Features([.. request.Json.GetProperty("inputs").EnumerateArray().Select(text => FakeVectors.Of(text.GetString()!, 8))]);
        }

        if (request.Path.Contains("/embeddings", StringComparison.Ordinal))
        {
            var input = request.Json.GetProperty("input");
            var texts = input.ValueKind == JsonValueKind.Array ? input.EnumerateArray().Select(text => text.ToString()).ToList() : [input.GetString()!];
            return FakeReply.Embeddings([.. texts.Select(text => FakeVectors.Of(text, 8))]);
        }

        return request.Path.EndsWith("/responses", StringComparison.Ordinal)
            ? RenderResponse(Think(request, ReadResponse(request.Json)))
            : Render(Think(request, Read(request.Json)), request.Json.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True);
    }

    private FakeReply Render(Answered answer, bool isStreaming) => (answer, Name) switch
    {
        (Answered.Text text, "azure") => Odd(text.Pieces, isStreaming ? FakeAzure.Stream(text.Pieces) : FakeAzure.Text(string.Concat(text.Pieces))),
        (Answered.Text text, _) => Odd(text.Pieces, isStreaming ? FakeReply.Stream(Stream(text.Pieces).Finish().UsageIfAsked().Done()) : FakeReply.Text(string.Concat(text.Pieces))),
        (Answered.Calls calls, "azure") when isStreaming => FakeAzure.StreamedToolCalls(Calls(calls)),
        (Answered.Calls calls, _) => FakeReply.ToolCalls(Calls(calls)),
        (Answered.Failure { Status: 429 }, "azure") => FakeAzure.TooManyRequests(TimeSpan.FromSeconds(7)),
        (Answered.Failure failure, _) => FakeReply.Error(failure.Status, failure.Status == 429 ? "rate_limit_exceeded" : null, "upstream says no", failure.Status >= 500 ? "server_error" : "invalid_request_error"),
        (Answered.Stall stall, "azure") => FakeAzure.Stall(stall.Pieces),
        (Answered.Stall stall, _) => FakeReply.Stream(Stream(stall.Pieces).Stall()),
        _ => throw new InvalidOperationException("There is no such answer."),
    };

    private static FakeReply RenderResponse(Answered answer) => answer switch
    {
        Answered.Text text => Odd(text.Pieces, FakeResponses.Text(text.Pieces)),
        Answered.Calls calls => FakeResponses.ToolCalls(Calls(calls)),
        Answered.Failure failure => FakeReply.Error(failure.Status, failure.Status == 429 ? "rate_limit_exceeded" : null, "upstream says no", failure.Status >= 500 ? "server_error" : "invalid_request_error"),
        Answered.Stall stall => FakeResponses.Stall(stall.Pieces),
        _ => throw new InvalidOperationException("There is no such answer."),
    };

    private static FakeToolCall[] Calls(Answered.Calls calls) => [.. calls.Cities.Select((city, i) => new FakeToolCall($"call_{Guid.NewGuid():N}"[..16] + i, "get_weather", Answered.Calls.Arguments(city)))];

    private static FakeReply Odd(string[] pieces, FakeReply reply) => IsAscii(pieces) ? reply : FakeReply.ByteByByte(reply);

    // Characters as they are: JSON escapes of a fake would hide what happens to them on the way.
    private static FakeStream Stream(string[] pieces) => pieces.Aggregate(new FakeStream().Role(), (stream, piece) => stream.Delta($$"""{"content":{{JsonSerializer.Serialize(piece, Bare)}}}"""));

    private static Asked Read(JsonElement body)
    {
        var messages = body.GetProperty("messages").EnumerateArray().ToList();
        var last = messages.FindLastIndex(message => message.GetProperty("role").GetString() != "tool");
        var calls = messages[last].TryGetProperty("tool_calls", out var made) && made.ValueKind == JsonValueKind.Array
            ? made.EnumerateArray().ToDictionary(call => call.GetProperty("id").GetString()!, call => JsonElement.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!).GetProperty("city").GetString()!)
            : [];
        var user = messages.Last(message => message.GetProperty("role").GetString() == "user").GetProperty("content");
        var image = user.ValueKind == JsonValueKind.Array ? user.EnumerateArray().FirstOrDefault(part => part.GetProperty("type").GetString() == "image_url") : default;
        return new Asked(
            Text(user),
            body.TryGetProperty("tools", out var tools) && tools.GetArrayLength() > 0,
            body.TryGetProperty("tool_choice", out var choice) && (choice.ValueKind == JsonValueKind.Object || choice.ValueEquals("required")),
            [.. messages.Skip(last + 1).Select(message => (calls[message.GetProperty("tool_call_id").GetString()!], Text(message.GetProperty("content"))))],
            image.ValueKind == JsonValueKind.Undefined ? null : Convert.FromBase64String(image.GetProperty("image_url").GetProperty("url").GetString()!.Split(";base64,")[1]),
            body.TryGetProperty("response_format", out var format) && format.GetProperty("type").ValueEquals("json_schema"),
            string.Concat(messages.Where(message => message.GetProperty("role").GetString() is "system" or "developer").Select(message => Text(message.GetProperty("content")))));
    }

    private static Asked ReadResponse(JsonElement body)
    {
        List<JsonElement> items = body.GetProperty("input") is { ValueKind: JsonValueKind.Array } several
            ? [.. several.EnumerateArray()]
            : [JsonSerializer.SerializeToElement(new { role = "user", content = body.GetProperty("input").GetString() })];
        static bool Is(JsonElement item, string type) => item.TryGetProperty("type", out var named) && named.ValueEquals(type);
        static bool IsOf(JsonElement item, params string[] roles) => item.TryGetProperty("role", out var role) && roles.Contains(role.GetString());
        var calls = items.Where(item => Is(item, "function_call"))
            .ToDictionary(call => call.GetProperty("call_id").GetString()!, call => JsonElement.Parse(call.GetProperty("arguments").GetString()!).GetProperty("city").GetString()!);
        var user = items.Last(item => IsOf(item, "user")).GetProperty("content");
        var image = user.ValueKind == JsonValueKind.Array ? user.EnumerateArray().FirstOrDefault(part => Is(part, "input_image")) : default;
        return new Asked(
            Text(user),
            body.TryGetProperty("tools", out var tools) && tools.GetArrayLength() > 0,
            body.TryGetProperty("tool_choice", out var choice) && (choice.ValueKind == JsonValueKind.Object || choice.ValueEquals("required")),
            [.. items.Where(item => Is(item, "function_call_output")).Select(item => (calls[item.GetProperty("call_id").GetString()!], Text(item.GetProperty("output"))))],
            image.ValueKind == JsonValueKind.Undefined ? null : Convert.FromBase64String(image.GetProperty("image_url").GetString()!.Split(";base64,")[1]),
            body.TryGetProperty("text", out var text) && text.TryGetProperty("format", out var format) && Is(format, "json_schema"),
            string.Concat(
                [body.TryGetProperty("instructions", out var instructions) ? instructions.GetString() : "", .. items.Where(item => IsOf(item, "system", "developer")).Select(item => Text(item.GetProperty("content")))]));
    }

    private static string Text(JsonElement content) => content.ValueKind == JsonValueKind.Array
        ? string.Concat(content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : ""))
        : content.GetString() ?? "";
}
