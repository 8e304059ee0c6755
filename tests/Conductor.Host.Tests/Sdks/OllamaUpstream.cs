using System.Text.Json;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Sdks;

/// <summary>Ollama.</summary>
internal sealed class OllamaUpstream : SdkUpstream
{
    private static readonly Task Never = new TaskCompletionSource().Task;
    private readonly FakeOllama _server;

    private OllamaUpstream(FakeOllama server)
    {
        _server = server;
        _server.Otherwise(request => request.Path == "/api/generate" ? Generate(request.Json) : Render(Think(request, Read(request.Json))));
    }

    public override string Name => "ollama";

    public override string Settings => $"plugin: ollama, base_url: \"{_server.BaseUrl}\"";

    public override string ChatModel => "llama3.2:3b";

    public override string EmbeddingModel => "all-minilm";

    public static async Task<SdkUpstream> StartAsync() => new OllamaUpstream(await FakeOllama.StartAsync(
        0,
        new FakeOllamaModel { Name = "llama3.2:3b", Capabilities = ["completion", "tools", "vision"] },
        new FakeOllamaModel { Name = "all-minilm", Capabilities = ["embedding"], ContextLength = 512, Family = "bert" }));

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    private static FakeOllamaReply Render(Answered answer) => answer switch
    {
        Answered.Text text => IsAscii(text.Pieces) ? FakeOllamaReply.Text(text.Pieces) : FakeOllamaReply.Text(text.Pieces).ByteByByte(),
        Answered.Calls calls => calls.Cities.Aggregate(new FakeOllamaReply(), (reply, city) => reply.Call("get_weather", Answered.Calls.Arguments(city))),
        Answered.Failure failure => FakeOllamaReply.Error(failure.Status, "upstream says no"),
        Answered.Stall stall => FakeOllamaReply.Text(stall.Pieces).WaitFor(Never),
        _ => throw new InvalidOperationException("There is no such answer."),
    };

    private static FakeOllamaReply Generate(JsonElement body) => FakeOllamaReply.Bytes(JsonSerializer.SerializeToUtf8Bytes(new
    {
        model = body.GetProperty("model").GetString(),
        created_at = "2026-11-20T10:00:00Z",
        response = $"[{body.GetProperty("system").GetString()}] {body.GetProperty("prompt").GetString()}",
        done = true,
        done_reason = "stop",
        prompt_eval_count = 9,
        eval_count = 2,
    }), "application/json");

    private static Asked Read(JsonElement body)
    {
        var messages = body.GetProperty("messages").EnumerateArray().ToList();
        var last = messages.FindLastIndex(message => !Is(message, "tool"));
        var calls = messages[last].TryGetProperty("tool_calls", out var made) ? made.EnumerateArray().Select(call => call.GetProperty("function").GetProperty("arguments").GetProperty("city").GetString()!) : [];
        var user = messages.Last(message => Is(message, "user"));
        return new Asked(
            user.GetProperty("content").GetString()!,
            body.TryGetProperty("tools", out var tools) && tools.GetArrayLength() > 0,
            MustCall: false, // there is no word for it
            [.. calls.Zip(messages.Skip(last + 1).Select(message => message.GetProperty("content").GetString()!))],
            user.TryGetProperty("images", out var images) && images.GetArrayLength() > 0 ? Convert.FromBase64String(images[0].GetString()!) : null,
            body.TryGetProperty("format", out var format) && format.ValueKind == JsonValueKind.Object,
            string.Concat(messages.Where(message => Is(message, "system")).Select(message => message.GetProperty("content").GetString())));
    }

    private static bool Is(JsonElement message, string role) => message.GetProperty("role").ValueEquals(role);
}
