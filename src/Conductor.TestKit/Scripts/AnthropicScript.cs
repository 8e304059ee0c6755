using System.Globalization;
using System.Text;
using System.Text.Json;
using Conductor.Providers;

namespace Conductor.TestKit;

/// <summary>An upstream that speaks Anthropic's Messages API, for the conformance suite. It has no embeddings.</summary>
public sealed class AnthropicScript : IUpstreamScript
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly FakeAnthropic _upstream;
    private volatile UpstreamTurn _turn = new UpstreamTurn.Echo();

    private AnthropicScript(FakeAnthropic upstream)
    {
        _upstream = upstream;
        Authority = new Uri(upstream.BaseUrl).Authority;
        Settings = new Dictionary<string, string?> { ["base_url"] = upstream.BaseUrl };
    }

    /// <summary>The model that is listed first.</summary>
    public const string ChatModel = "claude-sonnet-4-5";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> Settings { get; }

    /// <inheritdoc/>
    public string Authority { get; }

    /// <inheritdoc/>
    public IReadOnlyList<RecordedRequest> Requests => [.. _upstream.Requests.Where(request => request.Path == "/v1/messages")];

    /// <summary>Starts one on a free port.</summary>
    public static async Task<IUpstreamScript> StartAsync()
    {
        var script = new AnthropicScript(await FakeAnthropic.StartAsync().ConfigureAwait(false));
        script._upstream.Otherwise(request => Reply(script._turn, request));
        return script;
    }

    /// <inheritdoc/>
    public RawRequest? RawExample(string model, bool isStreaming) => new()
    {
        Dialect = "anthropic",
        Endpoint = RawEndpoint.Chat,
        ModelId = model,
        IsStreaming = isStreaming,
        Body = Encoding.UTF8.GetBytes($$"""{ "model":{{FakeStream.Quote(model)}},  "max_tokens" : 100,"stream":{{(isStreaming ? "true" : "false")}},"messages":[{"role":"user","content":"h\u00e9é"}] }"""),
    };

    /// <inheritdoc/>
    public bool TryAnswer(UpstreamTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        _turn = turn;
        return turn is not UpstreamTurn.Vectors;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static FakeAnthropicReply Reply(UpstreamTurn turn, RecordedRequest request) => turn switch
    {
        UpstreamTurn.Text { IsByteByByte: true } text => FakeAnthropicReply.Text([.. text.Pieces]).ByteByByte(),
        UpstreamTurn.Text text => FakeAnthropicReply.Text([.. text.Pieces]),
        UpstreamTurn.Echo => FakeAnthropicReply.Text(LastText(request.Json)),
        UpstreamTurn.ToolCall call => new FakeAnthropicReply().AddToolUse("toolu_1", call.Name, call.Arguments),
        UpstreamTurn.Failure { RetryAfter: { } wait } failure =>
            FakeAnthropicReply.Error(failure.Status, failure.Message, ("retry-after", ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture))),
        UpstreamTurn.Failure failure => FakeAnthropicReply.Error(failure.Status == 503 ? 529 : failure.Status, failure.Message),
        UpstreamTurn.Stall stall => new FakeAnthropicReply().AddText(stall.First).WaitFor(Never),
        UpstreamTurn.Unfinished unfinished => new FakeAnthropicReply().AddText(unfinished.First).Cut(),
        UpstreamTurn.Cut cut => new FakeAnthropicReply().AddText(cut.First).Reset(),
        UpstreamTurn.Garbage => IsStreaming(request) ? new FakeAnthropicReply().Raw("event: content_block_start\ndata: {not json\n\n") : FakeAnthropicReply.Bytes("<html>not json</html>"u8.ToArray(), "application/json"),
        UpstreamTurn.Bytes bytes => FakeAnthropicReply.Bytes(bytes.Body, bytes.ContentType),
        _ => new FakeAnthropicReply().WaitFor(Never),
    };

    private static bool IsStreaming(RecordedRequest request) => request.Json.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;

    private static string LastText(JsonElement request)
    {
        var content = request.GetProperty("messages").EnumerateArray().Last().GetProperty("content");
        return content.ValueKind == JsonValueKind.Array
            ? string.Concat(content.EnumerateArray().Select(block => block.TryGetProperty("text", out var text) ? text.GetString() : ""))
            : content.GetString() ?? "";
    }
}
