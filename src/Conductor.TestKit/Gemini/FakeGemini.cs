using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <summary>
/// A server on a real loopback socket that behaves as the Gemini API does: model and method in the address, a stream as events or as one array, usage repeated
/// in every piece, signatures of thoughts that have to come back, a bad key as 400, a refused prompt as a success without candidates, and members it does not know refused.
/// </summary>
/// <remarks>A token is a word here: what stands between blanks. An empty script answers `Hello from Gemini.`</remarks>
public sealed partial class FakeGemini : IAsyncDisposable
{
    /// <summary>What a caller may put for a signature that he lost.</summary>
    public const string LostSignature = "skip_thought_signature_validator";

    private readonly ConcurrentQueue<FakeGeminiReply> _script = new();
    private readonly ConcurrentDictionary<string, FakeGeminiModel> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _signatures = new(StringComparer.Ordinal);
    private FakeServer? _server;
    private Func<RecordedRequest, FakeGeminiReply>? _otherwise;
    private int _answers;

    private FakeGemini()
    {
    }

    /// <summary>`http://127.0.0.1:PORT`.</summary>
    public string BaseUrl => Server.Address;

    /// <summary>The key that is asked for in `x-goog-api-key`; null = none.</summary>
    public string? Key { get; set; }

    /// <summary>Whether embeddings state what they used. Most models do not.</summary>
    public bool StatesEmbeddingUsage { get; set; }

    /// <summary>With what requests for vectors are refused; null = they are answered.</summary>
    public FakeGeminiReply? EmbedFailure { get; set; }

    /// <summary>Every request so far, in order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => Server.Requests;

    private FakeServer Server => _server ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>Starts a server with these models.</summary>
    /// <param name="models">None = `gemini-2.5-flash`, `gemini-3-pro` (which signs) and `gemini-embedding-001`.</param>
    public static async Task<FakeGemini> StartAsync(params FakeGeminiModel[] models)
    {
        ArgumentNullException.ThrowIfNull(models);
        var fake = new FakeGemini();
        foreach (var model in models.Length > 0 ? models :
        [
            new FakeGeminiModel { Name = "gemini-2.5-flash", Thinks = true },
            new FakeGeminiModel { Name = "gemini-3-pro", Signs = true, Thinks = true },
            new FakeGeminiModel { Name = "gemini-embedding-001", Methods = ["embedContent", "batchEmbedContents"], InputTokenLimit = 2048, OutputTokenLimit = 1 },
        ])
        {
            fake._models[model.Name] = model;
        }

        fake._server = await FakeServer.StartAsync(fake.ServeAsync).ConfigureAwait(false);
        return fake;
    }

    /// <summary>Adds an answer to the script.</summary>
    public FakeGemini Reply(FakeGeminiReply reply)
    {
        _script.Enqueue(reply);
        return this;
    }

    /// <summary>What every request for content gets once the script is used up.</summary>
    public FakeGemini Otherwise(Func<RecordedRequest, FakeGeminiReply> reply)
    {
        _otherwise = reply;
        return this;
    }

    /// <summary>Completes once this many requests have arrived in full; gives the last of them.</summary>
    public Task<RecordedRequest> WaitForRequestAsync(int count = 1) => Server.WaitForRequestAsync(count);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? default;

    private async Task ServeAsync(HttpContext context, RecordedRequest request, CancellationToken token)
    {
        if (Refuse(request) is { } refusal)
        {
            await ErrorAsync(context, refusal, token).ConfigureAwait(false);
            return;
        }

        var path = context.Request.Path.Value ?? "";
        var at = path.IndexOf("/models", StringComparison.Ordinal);
        if (at < 0 || !path.StartsWith("/v1", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 404; // Google's own front end answers with a page
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html>404</html>", token).ConfigureAwait(false);
            return;
        }

        var rest = path[(at + "/models".Length)..].TrimStart('/');
        var colon = rest.LastIndexOf(':');
        if (request.Method == "GET")
        {
            await ModelsAsync(context, rest, token).ConfigureAwait(false);
            return;
        }

        var (name, method) = colon < 0 ? (rest, "") : (rest[..colon], rest[(colon + 1)..]);
        var needed = method == "streamGenerateContent" ? "generateContent" : method is "batchEmbedContents" ? "embedContent" : method;
        if (!_models.TryGetValue(name, out var model) || !model.Methods.Contains(needed))
        {
            await ErrorAsync(context, FakeGeminiReply.Error(404, "NOT_FOUND", $"models/{name} is not found for API version v1beta, or is not supported for {method}. Call ListModels to see the list of available models and their supported methods."), token).ConfigureAwait(false);
            return;
        }

        JsonObject body;
        try
        {
            body = JsonNode.Parse(request.Body) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            await ErrorAsync(context, FakeGeminiReply.Error(400, "INVALID_ARGUMENT", "Invalid JSON payload received."), token).ConfigureAwait(false);
            return;
        }

        await (method switch
        {
            "generateContent" => GenerateAsync(context, request, model, body, isStreaming: false, token),
            "streamGenerateContent" => GenerateAsync(context, request, model, body, isStreaming: true, token),
            "countTokens" => JsonAsync(context, new JsonObject { ["totalTokens"] = CountWords(body), ["promptTokensDetails"] = new JsonArray(new JsonObject { ["modality"] = "TEXT", ["tokenCount"] = CountWords(body) }) }, token),
            _ => EmbedAsync(context, model, body, method == "batchEmbedContents", token),
        }).ConfigureAwait(false);
    }

    private FakeGeminiReply? Refuse(RecordedRequest request)
    {
        if (Key is null)
        {
            return null;
        }

        return !request.Headers.TryGetValue("x-goog-api-key", out var key)
            ? FakeGeminiReply.Error(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.")
            : key == Key ? null
            : FakeGeminiReply.Error(
                400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                """{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}""");
    }

    private async Task ModelsAsync(HttpContext context, string name, CancellationToken token)
    {
        if (name.Length > 0)
        {
            await (_models.TryGetValue(name, out var model)
                ? JsonAsync(context, Row(model), token)
                : ErrorAsync(context, FakeGeminiReply.Error(404, "NOT_FOUND", $"Model is not found: models/{name} for api version v1beta"), token)).ConfigureAwait(false);
            return;
        }

        var size = int.TryParse(context.Request.Query["pageSize"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? Math.Min(asked, 1000) : 50;
        var start = int.TryParse(context.Request.Query["pageToken"], NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from : 0;
        var rows = _models.Values.OrderBy(model => model.Name, StringComparer.Ordinal).ToList();
        var answer = new JsonObject { ["models"] = new JsonArray([.. rows.Skip(start).Take(size).Select(Row)]) };
        if (start + size < rows.Count)
        {
            answer["nextPageToken"] = (start + size).ToString(CultureInfo.InvariantCulture);
        }

        await JsonAsync(context, answer, token).ConfigureAwait(false);
    }

    private static JsonObject Row(FakeGeminiModel model)
    {
        var row = new JsonObject
        {
            ["name"] = "models/" + model.Name,
            ["version"] = "001",
            ["displayName"] = "Fake " + model.Name,
            ["description"] = "A fake.",
            ["inputTokenLimit"] = model.InputTokenLimit,
            ["outputTokenLimit"] = model.OutputTokenLimit,
            ["supportedGenerationMethods"] = new JsonArray([.. model.Methods.Select(method => JsonValue.Create(method))]),
            ["temperature"] = 1,
        };
        if (model.Thinks)
        {
            row["thinking"] = true;
        }

        return row;
    }

    private async Task EmbedAsync(HttpContext context, FakeGeminiModel model, JsonObject body, bool isBatch, CancellationToken token)
    {
        var requests = isBatch ? (body["requests"] as JsonArray)?.OfType<JsonObject>().ToList() ?? [] : [body];
        var refusal = EmbedFailure
            ?? (requests.Count == 0 ? FakeGeminiReply.Error(400, "INVALID_ARGUMENT", "* BatchEmbedContentsRequest.requests: contents is not specified")
            : requests.Count > 100 ? FakeGeminiReply.Error(400, "INVALID_ARGUMENT", "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch")
            : isBatch && requests.Exists(request => (string?)request["model"] != "models/" + model.Name) ? FakeGeminiReply.Error(400, "INVALID_ARGUMENT", "* BatchEmbedContentsRequest.model: the models of a batch must be the one of the address")
            : null);
        if (refusal is not null)
        {
            await ErrorAsync(context, refusal, token).ConfigureAwait(false);
            return;
        }

        var vectors = requests.Select(request => new JsonObject
        {
            ["values"] = new JsonArray([.. FakeVectors.Of(Texts(request["content"]), (int?)request["outputDimensionality"] ?? 8).Select(number => JsonValue.Create(number))]),
        }).ToList();
        var answer = isBatch ? new JsonObject { ["embeddings"] = new JsonArray([.. vectors]) } : new JsonObject { ["embedding"] = vectors[0] };
        if (StatesEmbeddingUsage)
        {
            answer["usageMetadata"] = new JsonObject { ["promptTokenCount"] = requests.Sum(request => CountWords(request["content"])) };
        }

        await JsonAsync(context, answer, token).ConfigureAwait(false);
    }

    private static async Task ErrorAsync(HttpContext context, FakeGeminiReply reply, CancellationToken token)
    {
        context.Response.StatusCode = reply.Status ?? 500;
        if (reply.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = wait;
        }

        if (reply.Raw is { } raw)
        {
            context.Response.ContentType = "application/json; charset=UTF-8";
            await context.Response.WriteAsync(raw, token).ConfigureAwait(false);
            return;
        }

        await JsonAsync(context, reply.Body!, token).ConfigureAwait(false);
    }

    private static Task JsonAsync(HttpContext context, JsonNode answer, CancellationToken token)
    {
        context.Response.ContentType = "application/json; charset=UTF-8";
        return context.Response.WriteAsync(answer.ToJsonString(), token);
    }

    /// <summary>The texts of a content's parts, one after the other.</summary>
    private static string Texts(JsonNode? content) => string.Concat((content?["parts"] as JsonArray)?.Select(part => (string?)part?["text"]) ?? []);

    /// <summary>The words of all texts, wherever they stand.</summary>
    private static int CountWords(JsonNode? node) => node switch
    {
        JsonObject map => map.Sum(member => member.Key == "text" && member.Value is JsonValue text ? Words((string?)text) : CountWords(member.Value)),
        JsonArray list => list.Sum(CountWords),
        _ => 0,
    };

    private static int Words(string? text) => text?.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Length ?? 0;

    private string Sign()
    {
        var signature = Convert.ToBase64String(Encoding.UTF8.GetBytes("signed thought " + Interlocked.Increment(ref _answers).ToString(CultureInfo.InvariantCulture)));
        _signatures[signature] = true;
        return signature;
    }
}
