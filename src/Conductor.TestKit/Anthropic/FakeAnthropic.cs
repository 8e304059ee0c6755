using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <summary>
/// A server on a real loopback socket that behaves as Anthropic's Messages API does: refuses what it refuses, streams named events, counts the cache apart from the
/// input, and answers errors by type.
/// </summary>
/// <remarks>A token is a word here: what stands between blanks. An empty script answers `Hello from Claude.`</remarks>
public sealed partial class FakeAnthropic : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentQueue<FakeAnthropicReply> _script = new();
    private Func<RecordedRequest, FakeAnthropicReply>? _otherwise;
    private FakeServer _server = null!;
    private int _count;

    private FakeAnthropic()
    {
    }

    /// <summary>`http://127.0.0.1:PORT`, without `/v1`, as SDKs want it.</summary>
    public string BaseUrl => _server.Address;

    /// <summary>The only key that is let in; null = any.</summary>
    public string? ApiKey { get; set; }

    /// <summary>The models that there are; any other is a 404.</summary>
    public IReadOnlyList<string> Models { get; set; } = ["claude-sonnet-4-5", "claude-haiku-4-5"];

    /// <summary>Longest prompt in tokens, here words.</summary>
    public int ContextWindow { get; set; } = 200_000;

    /// <summary>Every request so far, in order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _server.Requests;

    /// <summary>Starts a server on a free port.</summary>
    public static async Task<FakeAnthropic> StartAsync()
    {
        var fake = new FakeAnthropic();
        fake._server = await FakeServer.StartAsync(fake.ServeAsync).ConfigureAwait(false);
        return fake;
    }

    /// <summary>Adds an answer to the script of `/v1/messages`.</summary>
    public FakeAnthropic Reply(FakeAnthropicReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        _script.Enqueue(reply);
        return this;
    }

    /// <summary>What `/v1/messages` answers once the script is used up.</summary>
    public FakeAnthropic Otherwise(Func<RecordedRequest, FakeAnthropicReply> reply)
    {
        _otherwise = reply;
        return this;
    }

    /// <summary>Completes once <paramref name="count"/> requests have arrived in full; gives the last of them.</summary>
    public Task<RecordedRequest> WaitForRequestAsync(int count = 1) => _server.WaitForRequestAsync(count);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(HttpContext context, RecordedRequest request, CancellationToken token)
    {
        context.Response.Headers["request-id"] = $"req_fake{Interlocked.Increment(ref _count):D6}";
        var path = context.Request.Path.Value ?? "";
        if (Refuse(request) is var (status, message))
        {
            await ErrorAsync(context, status, message, token).ConfigureAwait(false);
            return;
        }

        await ((request.Method, path) switch
        {
            ("POST", "/v1/messages") => MessagesAsync(context, request, token),
            ("POST", "/v1/messages/count_tokens") => CountAsync(context, request, token),
            ("GET", "/v1/models") => JsonAsync(context, ModelList(), token),
            ("GET", _) when path.StartsWith("/v1/models/", StringComparison.Ordinal) && Models.Contains(path["/v1/models/".Length..]) =>
                JsonAsync(context, Row(path["/v1/models/".Length..]), token),
            _ => ErrorAsync(context, 404, "Not found", token),
        }).ConfigureAwait(false);
    }

    private (int Status, string Message)? Refuse(RecordedRequest request)
    {
        var key = request.Headers.GetValueOrDefault("x-api-key")
            ?? (request.Headers.GetValueOrDefault("authorization") is { } bearer && bearer.StartsWith("Bearer ", StringComparison.Ordinal) ? bearer["Bearer ".Length..] : null);
        if (string.IsNullOrEmpty(key))
        {
            return (401, "x-api-key header is required");
        }

        if (ApiKey is not null && key != ApiKey)
        {
            return (401, "invalid x-api-key");
        }

        return request.Headers.GetValueOrDefault("anthropic-version") switch
        {
            null => (400, "anthropic-version: header is required"),
            "2023-06-01" or "2026-10-21" => null,
            var version => (400, $"anthropic-version: \"{version}\" is not a valid version"),
        };
    }

    private JsonObject ModelList() => new()
    {
        ["data"] = new JsonArray([.. Models.Select(Row)]),
        ["has_more"] = false,
        ["first_id"] = Models.Count > 0 ? Models[0] : null,
        ["last_id"] = Models.Count > 0 ? Models[^1] : null,
    };

    private JsonObject Row(string id) => new()
    {
        ["type"] = "model",
        ["id"] = id,
        ["display_name"] = "Fake " + id,
        ["created_at"] = "2026-01-01T00:00:00Z",
        ["max_input_tokens"] = ContextWindow,
        ["max_tokens"] = 64_000,
    };

    private async Task CountAsync(HttpContext context, RecordedRequest request, CancellationToken token)
    {
        if (Check(request, isCounting: true, out var body) is var (status, message))
        {
            await ErrorAsync(context, status, message, token).ConfigureAwait(false);
            return;
        }

        await JsonAsync(context, new JsonObject { ["input_tokens"] = Words(body) }, token).ConfigureAwait(false);
    }

    private static Task ErrorAsync(HttpContext context, int status, string message, CancellationToken token, string? type = null) =>
        JsonAsync(context, ErrorJson(context, type ?? FakeAnthropicReply.TypeOf(status), message), token, status);

    private static JsonObject ErrorJson(HttpContext context, string type, string message) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject { ["type"] = type, ["message"] = message },
        ["request_id"] = context.Response.Headers["request-id"].ToString(),
    };

    private static Task JsonAsync(HttpContext context, JsonObject json, CancellationToken token, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json.ToJsonString(Compact)), token).AsTask();
    }

    private static async Task EventAsync(HttpContext context, string name, JsonObject data, CancellationToken token)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"event: {name}\ndata: {data.ToJsonString(Compact)}\n\n"), token).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
    }
}
