using System.Globalization;
using System.Text;
using Conductor.Providers;

namespace Conductor.TestKit;

/// <summary>An upstream that speaks the Gemini dialect, for the conformance suite. Its refusals say in their body how long to wait, as Google's do.</summary>
public sealed class GeminiScript : IUpstreamScript
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly FakeGemini _upstream;
    private volatile UpstreamTurn _turn = new UpstreamTurn.Echo();

    private GeminiScript(FakeGemini upstream)
    {
        _upstream = upstream;
        Authority = new Uri(upstream.BaseUrl).Authority;
        Settings = new Dictionary<string, string?> { ["base_url"] = upstream.BaseUrl };
    }

    /// <summary>The model that is listed for chat.</summary>
    public const string ChatModel = "gemini-2.5-flash";

    /// <summary>The model that is listed for embeddings.</summary>
    public const string EmbeddingModel = "gemini-embedding-001";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> Settings { get; }

    /// <inheritdoc/>
    public string Authority { get; }

    /// <inheritdoc/>
    public IReadOnlyList<RecordedRequest> Requests => [.. _upstream.Requests.Where(request => request.Method == "POST")];

    /// <summary>Starts one on a free port.</summary>
    public static async Task<IUpstreamScript> StartAsync()
    {
        var script = new GeminiScript(await FakeGemini.StartAsync().ConfigureAwait(false));
        script._upstream.Otherwise(request => Reply(script._turn, request));
        return script;
    }

    /// <inheritdoc/>
    public bool TryAnswer(UpstreamTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        _turn = turn;
        _upstream.EmbedFailure = turn is UpstreamTurn.Failure failure ? Failure(failure) : null;
        return turn is not UpstreamTurn.Bytes;
    }

    /// <inheritdoc/>
    public RawRequest? RawExample(string model, bool isStreaming) => new()
    {
        Dialect = "gemini",
        Endpoint = RawEndpoint.Chat,
        ModelId = model,
        IsStreaming = isStreaming,
        Body = Encoding.UTF8.GetBytes("""{ "contents":[{"role":"user","parts":[{"text":"hi"}]}],  "labels":{"é":"1.50"} }"""),
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static FakeGeminiReply Reply(UpstreamTurn turn, RecordedRequest request) => turn switch
    {
        UpstreamTurn.Text { IsByteByByte: true } text => FakeGeminiReply.Text([.. text.Pieces]).ByteByByte(),
        UpstreamTurn.Text text => FakeGeminiReply.Text([.. text.Pieces]),
        UpstreamTurn.Echo => FakeGeminiReply.Text(string.Concat(request.Json.GetProperty("contents").EnumerateArray().Last().GetProperty("parts").EnumerateArray()
            .Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : ""))),
        UpstreamTurn.ToolCall call => new FakeGeminiReply().Call(call.Name, call.Arguments),
        UpstreamTurn.Failure failure => Failure(failure),
        UpstreamTurn.Stall stall => FakeGeminiReply.Text(stall.First).ThenStall(),
        UpstreamTurn.Unfinished unfinished => FakeGeminiReply.Text(unfinished.First).ThenEnd(),
        UpstreamTurn.Cut cut => FakeGeminiReply.Text(cut.First).ThenReset(),
        UpstreamTurn.Garbage => new FakeGeminiReply().ThenGarbage(),
        _ => new FakeGeminiReply().WaitFor(Never),
    };

    private static FakeGeminiReply Failure(UpstreamTurn.Failure failure)
    {
        var status = failure.Status switch
        {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            _ => "INTERNAL",
        };
        string[] details = failure.RetryAfter is { } wait
            ? [string.Create(CultureInfo.InvariantCulture, $$"""{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{{wait.TotalSeconds}}s"}""")]
            : [];
        return FakeGeminiReply.Error(failure.Status, status, failure.Message, details);
    }
}
