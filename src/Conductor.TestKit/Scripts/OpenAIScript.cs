using System.Text;
using System.Text.Json;
using Conductor.Providers;

namespace Conductor.TestKit;

/// <summary>An upstream that speaks the OpenAI dialect, for the conformance suite: chat completions, embeddings, a list of models.</summary>
public sealed class OpenAIScript : IUpstreamScript
{
    private readonly FakeUpstream _upstream;
    private volatile UpstreamTurn _turn = new UpstreamTurn.Echo();

    private OpenAIScript(FakeUpstream upstream)
    {
        _upstream = upstream;
        Authority = new Uri(upstream.BaseUrl).Authority;
        Settings = new Dictionary<string, string?> { ["base_url"] = upstream.BaseUrl };
    }

    /// <summary>The model that is listed for chat.</summary>
    public const string ChatModel = "fake-model";

    /// <summary>The model that is listed for embeddings.</summary>
    public const string EmbeddingModel = "fake-embedding";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> Settings { get; }

    /// <inheritdoc/>
    public string Authority { get; }

    /// <inheritdoc/>
    public IReadOnlyList<RecordedRequest> Requests => [.. _upstream.Requests.Where(IsForAnAnswer)];

    /// <summary>Starts one on a free port.</summary>
    public static async Task<IUpstreamScript> StartAsync()
    {
        var script = new OpenAIScript(await FakeUpstream.StartAsync().ConfigureAwait(false));
        script._upstream.Otherwise(FakeReply.Choose(request => IsForAnAnswer(request) ? Reply(script._turn, request) : FakeReply.Models(ChatModel, EmbeddingModel)));
        return script;
    }

    /// <inheritdoc/>
    public RawRequest? RawExample(string model, bool isStreaming) => new()
    {
        Dialect = "openai",
        Endpoint = RawEndpoint.Chat,
        ModelId = model,
        IsStreaming = isStreaming,
        Body = Encoding.UTF8.GetBytes($$"""{ "model":{{FakeStream.Quote(model)}},  "stream":{{(isStreaming ? "true" : "false")}},"unknown_member":{"é":[1.50]},"messages":[{"role":"user","content":"hi"}] }"""),
    };

    /// <inheritdoc/>
    public bool TryAnswer(UpstreamTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        _turn = turn;
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static bool IsForAnAnswer(RecordedRequest request) =>
        request.Method == "POST" && (request.Path.EndsWith("/chat/completions", StringComparison.Ordinal) || request.Path.EndsWith("/embeddings", StringComparison.Ordinal) || IsForFeatures(request));

    // Where the Hugging Face hub gives vectors.
    private static bool IsForFeatures(RecordedRequest request) => request.Path.EndsWith("/feature-extraction", StringComparison.Ordinal);

    private static FakeReply Reply(UpstreamTurn turn, RecordedRequest request)
    {
        var isStreaming = request.Json.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;
        return turn switch
        {
            UpstreamTurn.Text text => Text(text, isStreaming),
            UpstreamTurn.Echo => FakeReply.Text(LastText(request.Json)),
            UpstreamTurn.ToolCall call => FakeReply.ToolCalls(new FakeToolCall("call_1", call.Name, call.Arguments)),
            UpstreamTurn.Failure failure => Failure(failure),
            UpstreamTurn.Stall stall => FakeReply.Stream(new FakeStream().Role().Chunk(stall.First).Stall()),
            UpstreamTurn.Unfinished unfinished => FakeReply.Stream(new FakeStream().Role().Chunk(unfinished.First)),
            UpstreamTurn.Cut cut when isStreaming => FakeReply.Stream(new FakeStream().Role().Chunk(cut.First).Reset()),
            UpstreamTurn.Cut => FakeReply.CutBody("""{"id":"chatcmpl-fake","object":"chat.comp"""),
            UpstreamTurn.Garbage => isStreaming ? FakeReply.Stream(new FakeStream().Event("{not json")) : FakeReply.Json("<html>not json</html>"),
            UpstreamTurn.Vectors when IsForFeatures(request) => FakeHub.Features([.. request.Json.GetProperty("inputs").EnumerateArray().Select(text => FakeVectors.Of(text.ToString(), 8))]),
            UpstreamTurn.Vectors => Vectors(request.Json),
            UpstreamTurn.Bytes bytes => FakeReply.Bytes(200, bytes.Body, bytes.ContentType),
            _ => FakeReply.Hang(),
        };
    }

    private static FakeReply Text(UpstreamTurn.Text text, bool isStreaming)
    {
        if (!text.IsByteByByte)
        {
            return isStreaming ? FakeReply.Stream(FakeStream.Of([.. text.Pieces])) : FakeReply.Text(string.Concat(text.Pieces));
        }

        // Characters as they are, not as escapes: only they can be cut in two.
        var all = $"\"{string.Concat(text.Pieces).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"";
        return FakeReply.ByteByByte(isStreaming
            ? FakeReply.Stream(new FakeStream().Role().Delta($$$"""{"content":{{{all}}}}""").Finish().UsageIfAsked().Done())
            : FakeReply.Json($$$"""{"id":"chatcmpl-fake","object":"chat.completion","created":1,"model":"fake-model","choices":[{"index":0,"message":{"role":"assistant","content":{{{all}}}},"finish_reason":"stop"}]}"""));
    }

    private static FakeReply Failure(UpstreamTurn.Failure failure)
    {
        var (type, code) = failure.Status switch
        {
            401 => ("invalid_request_error", "invalid_api_key"),
            404 => ("invalid_request_error", "model_not_found"),
            429 => ("rate_limit_error", "rate_limit_exceeded"),
            >= 500 => ("server_error", null),
            _ => ("invalid_request_error", (string?)null),
        };
        return failure.RetryAfter is { } wait
            ? FakeReply.Error(failure.Status, code, failure.Message, type, ("retry-after", ((int)wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture)))
            : FakeReply.Error(failure.Status, code, failure.Message, type);
    }

    private static FakeReply Vectors(JsonElement request)
    {
        var texts = request.GetProperty("input") is { ValueKind: JsonValueKind.Array } several ? several.EnumerateArray().Select(text => text.ToString()).ToList() : [request.GetProperty("input").ToString()];
        var dimensions = request.TryGetProperty("dimensions", out var asked) && asked.ValueKind == JsonValueKind.Number ? asked.GetInt32() : 8;
        return FakeReply.Embeddings([.. texts.Select(text => FakeVectors.Of(text, dimensions))]);
    }

    private static string LastText(JsonElement request)
    {
        var content = request.GetProperty("messages").EnumerateArray().Last().GetProperty("content");
        return content.ValueKind == JsonValueKind.Array
            ? string.Concat(content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : ""))
            : content.GetString() ?? "";
    }
}
