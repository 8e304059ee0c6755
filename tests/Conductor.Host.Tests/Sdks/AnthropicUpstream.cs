using System.Text.Json;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Sdks;

/// <summary>Anthropic's Messages API.</summary>
internal sealed class AnthropicUpstream : SdkUpstream
{
    private static readonly Task Never = new TaskCompletionSource().Task;
    private readonly FakeAnthropic _server;

    private AnthropicUpstream(FakeAnthropic server)
    {
        _server = server;
        _server.ApiKey = "sk-ant";
        _server.Otherwise(request => Render(Think(request, Read(request.Json))));
    }

    public override string Name => "anthropic";

    public override string Settings => $"plugin: anthropic, base_url: \"{_server.BaseUrl}\", keys: [ sk-ant ]";

    public override string ChatModel => "claude-sonnet-4-5";

    public override string? EmbeddingModel => null;

    public static async Task<SdkUpstream> StartAsync() => new AnthropicUpstream(await FakeAnthropic.StartAsync());

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    private static FakeAnthropicReply Render(Answered answer) => answer switch
    {
        Answered.Text text => IsAscii(text.Pieces) ? FakeAnthropicReply.Text(text.Pieces) : FakeAnthropicReply.Text(text.Pieces).ByteByByte(),
        Answered.Calls calls => calls.Cities.Aggregate(new FakeAnthropicReply(), (reply, city) => reply.AddToolUse($"toolu_{Guid.NewGuid():N}"[..20], "get_weather", Answered.Calls.Arguments(city))),
        Answered.Failure failure => FakeAnthropicReply.Error(failure.Status),
        Answered.Stall stall => FakeAnthropicReply.Text(stall.Pieces).WaitFor(Never),
        _ => throw new InvalidOperationException("There is no such answer."),
    };

    private static Asked Read(JsonElement body)
    {
        var messages = body.GetProperty("messages").EnumerateArray().ToList();
        var last = Blocks(messages[^1]);
        var results = last.Where(block => Is(block, "tool_result")).ToDictionary(block => block.GetProperty("tool_use_id").GetString()!, block => Text([block], "content"));
        var calls = results.Count == 0 ? [] : Blocks(messages[^2]).Where(block => Is(block, "tool_use")).ToList();
        var image = last.FirstOrDefault(block => Is(block, "image"));
        return new Asked(
            Text(last, "text"),
            body.TryGetProperty("tools", out var tools) && tools.GetArrayLength() > 0,
            body.TryGetProperty("tool_choice", out var choice) && choice.GetProperty("type").GetString() is "any" or "tool",
            [.. calls.Select(call => (call.GetProperty("input").GetProperty("city").GetString()!, results[call.GetProperty("id").GetString()!]))],
            image.ValueKind == JsonValueKind.Undefined ? null : Convert.FromBase64String(image.GetProperty("source").GetProperty("data").GetString()!),
            body.TryGetProperty("output_config", out var config) && config.TryGetProperty("format", out var format) && format.GetProperty("type").ValueEquals("json_schema"),
            body.TryGetProperty("system", out var system) ? system.ValueKind == JsonValueKind.String ? system.GetString()! : Text([.. system.EnumerateArray()], "text") : "");
    }

    private static List<JsonElement> Blocks(JsonElement message) => message.GetProperty("content") is { ValueKind: JsonValueKind.Array } several
        ? [.. several.EnumerateArray()]
        : [JsonSerializer.SerializeToElement(new { type = "text", text = message.GetProperty("content").GetString() })];

    private static bool Is(JsonElement block, string type) => block.GetProperty("type").ValueEquals(type);

    private static string Text(IReadOnlyList<JsonElement> blocks, string member) => string.Concat(blocks.Select(block => !block.TryGetProperty(member, out var text) ? ""
        : text.ValueKind == JsonValueKind.String ? text.GetString()
        : Text([.. text.EnumerateArray()], "text")));
}
