using System.Text.Json;

namespace Conductor.TestKit;

/// <summary>An upstream that speaks Ollama's own dialect, for the conformance suite. Its refusals have no header `retry-after`, as Ollama's have none.</summary>
public sealed class OllamaScript : IUpstreamScript
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly FakeOllama _upstream;
    private volatile UpstreamTurn _turn = new UpstreamTurn.Echo();

    private OllamaScript(FakeOllama upstream)
    {
        _upstream = upstream;
        Authority = new Uri(upstream.BaseUrl).Authority;
        Settings = new Dictionary<string, string?> { ["base_url"] = upstream.BaseUrl };
    }

    /// <summary>The model that is listed for chat.</summary>
    public const string ChatModel = "llama3.2";

    /// <summary>The model that is listed for embeddings.</summary>
    public const string EmbeddingModel = "all-minilm";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> Settings { get; }

    /// <inheritdoc/>
    public string Authority { get; }

    /// <inheritdoc/>
    public bool StatesRetryAfter => false;

    /// <inheritdoc/>
    public IReadOnlyList<RecordedRequest> Requests => [.. _upstream.Requests.Where(request => request.Path is "/api/chat" or "/api/embed")];

    /// <summary>Starts one on a free port.</summary>
    public static async Task<IUpstreamScript> StartAsync()
    {
        var script = new OllamaScript(await FakeOllama.StartAsync().ConfigureAwait(false));
        script._upstream.Otherwise(request => Reply(script._turn, request));
        return script;
    }

    /// <inheritdoc/>
    public bool TryAnswer(UpstreamTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        _turn = turn;
        _upstream.EmbedFailure = turn is UpstreamTurn.Failure failure ? (failure.Status, ErrorText(failure, EmbeddingModel)) : null;
        return true;
    }

    /// <inheritdoc/>
    public Conductor.Providers.RawRequest? RawExample(string model, bool isStreaming) => new()
    {
        Dialect = "ollama",
        Endpoint = Conductor.Providers.RawEndpoint.Chat,
        ModelId = model,
        IsStreaming = isStreaming,
        // It names its context: to one that does not, a context is added.
        Body = System.Text.Encoding.UTF8.GetBytes($$"""{ "model":{{FakeStream.Quote(model)}},  "stream":{{(isStreaming ? "true" : "false")}},"options":{"num_ctx": 8192},"unknown_member":{"é":[1.50]},"messages":[{"role":"user","content":"hi"}] }"""),
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private static FakeOllamaReply Reply(UpstreamTurn turn, RecordedRequest request) => turn switch
    {
        UpstreamTurn.Text { IsByteByByte: true } text => FakeOllamaReply.Text([.. text.Pieces]).ByteByByte(),
        UpstreamTurn.Text text => FakeOllamaReply.Text([.. text.Pieces]),
        UpstreamTurn.Echo => FakeOllamaReply.Text(request.Json.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString() ?? ""),
        UpstreamTurn.ToolCall call => new FakeOllamaReply().Call(call.Name, call.Arguments),
        UpstreamTurn.Failure failure => FakeOllamaReply.Error(failure.Status, ErrorText(failure, request.Json.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String ? model.GetString()! : "")),
        UpstreamTurn.Stall stall => FakeOllamaReply.Text(stall.First).WaitFor(Never),
        UpstreamTurn.Unfinished unfinished => FakeOllamaReply.Text(unfinished.First).Cut(),
        UpstreamTurn.Cut cut => FakeOllamaReply.Text(cut.First).Reset(),
        UpstreamTurn.Bytes bytes => FakeOllamaReply.Bytes(bytes.Body, bytes.ContentType),
        UpstreamTurn.Garbage => new FakeOllamaReply().Garbage("{not json"),
        _ => new FakeOllamaReply().WaitFor(Never),
    };

    private static string ErrorText(UpstreamTurn.Failure failure, string model) => failure.Status switch
    {
        401 => $"unauthorized: {failure.Message}",
        404 => $"model '{model}' not found, {failure.Message}",
        _ => failure.Message,
    };
}
