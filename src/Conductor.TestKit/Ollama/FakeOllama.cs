using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.TestKit;

/// <summary>
/// A server on a real loopback socket that behaves as Ollama does: streams unless told not to, loads a model at its first call and again when `num_ctx`
/// changes, drops what does not fit its context without a word unless told not to, sends tool calls whole before `done`, and errors as lines.
/// </summary>
/// <remarks>A token is a word here: what stands between blanks. An empty script answers `Hello from Ollama.`</remarks>
public sealed partial class FakeOllama : IAsyncDisposable
{
    private readonly ConcurrentQueue<FakeOllamaReply> _script = new();
    private readonly ConcurrentDictionary<string, FakeOllamaModel> _models = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FakeOllamaModel> _registry = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _loaded = new(StringComparer.Ordinal);
    private readonly List<RecordedRequest> _requests = [];
    private readonly List<(string Model, int NumCtx)> _loads = [];
    private readonly List<(string Path, int Count, TaskCompletionSource Seen)> _waiters = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _app;
    private Func<RecordedRequest, FakeOllamaReply>? _otherwise;
    private int _isDisposed;

    private FakeOllama(WebApplication app) => _app = app;

    /// <summary>`http://127.0.0.1:PORT`.</summary>
    public string BaseUrl { get; private set; } = "";

    /// <summary>The port, for a later start at the same place.</summary>
    public int Port => new Uri(BaseUrl).Port;

    /// <summary>The context of a request that names none: 4,096, as on a machine with little video memory.</summary>
    public int DefaultNumCtx { get; set; } = 4_096;

    /// <summary>Every request so far, in order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Every load of a model into memory, with its context.</summary>
    public IReadOnlyList<(string Model, int NumCtx)> Loads
    {
        get
        {
            lock (_gate)
            {
                return [.. _loads];
            }
        }
    }

    /// <summary>Requests to one path.</summary>
    public IReadOnlyList<RecordedRequest> RequestsTo(string path) => [.. Requests.Where(request => request.Path == path)];

    /// <summary>Starts a server with these models on its disk.</summary>
    /// <param name="port">Where; 0 = a free one.</param>
    /// <param name="models">The models; none = `llama3.2` and `all-minilm`.</param>
    public static async Task<FakeOllama> StartAsync(int port = 0, params FakeOllamaModel[] models)
    {
        ArgumentNullException.ThrowIfNull(models);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(System.Net.IPAddress.Loopback, port);
            options.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
        });
        var server = new FakeOllama(builder.Build());
        foreach (var model in models.Length > 0 ? models : [new FakeOllamaModel { Name = "llama3.2" }, new FakeOllamaModel { Name = "all-minilm", Capabilities = ["embedding"], ContextLength = 512, Family = "bert" }])
        {
            server.Add(model);
        }

        server._app.Run(server.ServeAsync);
        await server._app.StartAsync().ConfigureAwait(false);
        server.BaseUrl = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    /// <summary>Puts a model onto the disk.</summary>
    public FakeOllama Add(FakeOllamaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _models[model.FullName] = model;
        return this;
    }

    /// <summary>Takes a model off the disk.</summary>
    public FakeOllama Remove(string name)
    {
        _models.TryRemove(Full(name), out _);
        return this;
    }

    /// <summary>A model that can be pulled.</summary>
    public FakeOllama AddToRegistry(FakeOllamaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _registry[model.FullName] = model;
        return this;
    }

    /// <summary>What `/api/chat` answers once the script is used up.</summary>
    public FakeOllama Otherwise(Func<RecordedRequest, FakeOllamaReply> reply)
    {
        _otherwise = reply;
        return this;
    }

    /// <summary>Adds an answer to the script of `/api/chat`.</summary>
    public FakeOllama Reply(FakeOllamaReply reply)
    {
        _script.Enqueue(reply);
        return this;
    }

    /// <summary>Completes once the given number of requests to a path have arrived in full; gives the last of them.</summary>
    public async Task<RecordedRequest> WaitForAsync(string path, int count = 1)
    {
        TaskCompletionSource? seen = null;
        lock (_gate)
        {
            if (_requests.Count(request => request.Path == path) < count)
            {
                seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiters.Add((path, count, seen));
            }
        }

        if (seen is not null)
        {
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false);
        }

        return RequestsTo(path)[count - 1];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return; // a test may have taken it down by itself
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
        {
            await _app.StopAsync(limit.Token).ConfigureAwait(false);
        }

        await _app.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    internal static string Full(string name) => name.Contains(':', StringComparison.Ordinal) ? name : name + ":latest";

    private async Task ServeAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted).ConfigureAwait(false);
        var request = new RecordedRequest
        {
            Method = context.Request.Method,
            Path = context.Request.Path + context.Request.QueryString,
            Headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            ConnectionId = context.Connection.Id,
            Body = bytes.ToArray(),
        };
        Record(request);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            await RouteAsync(context, request, over.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            context.Abort(); // the client left or the test is over
        }
        finally
        {
            if (context.RequestAborted.IsCancellationRequested && !_stopping.IsCancellationRequested)
            {
                request.MarkAborted();
            }

            request.MarkCompleted();
        }
    }

    private void Record(RecordedRequest request)
    {
        lock (_gate)
        {
            _requests.Add(request);
            foreach (var waiter in _waiters.Where(waiter => _requests.Count(seen => seen.Path == waiter.Path) >= waiter.Count).ToList())
            {
                waiter.Seen.TrySetResult();
                _waiters.Remove(waiter);
            }
        }
    }

    private Task RouteAsync(HttpContext context, RecordedRequest request, CancellationToken token)
    {
        var isPost = request.Method == "POST";
        JsonObject body;
        try
        {
            body = isPost ? JsonNode.Parse(request.Body) as JsonObject ?? [] : [];
        }
        catch (System.Text.Json.JsonException)
        {
            return ErrorAsync(context, 400, "invalid character in the request's body", token);
        }

        return (isPost, context.Request.Path.Value) switch
        {
            (false, "/") => context.Response.WriteAsync("Ollama is running", token),
            (false, "/api/version") => JsonAsync(context, new JsonObject { ["version"] = "0.12.11" }, token),
            (false, "/api/tags") => JsonAsync(context, new JsonObject { ["models"] = Rows(_models.Values) }, token),
            (false, "/api/ps") => JsonAsync(context, new JsonObject { ["models"] = Rows(_models.Values.Where(model => _loaded.ContainsKey(model.FullName))) }, token),
            (true, "/api/show") => ShowAsync(context, body, token),
            (true, "/api/chat" or "/api/generate") => ChatAsync(context, request, body, token),
            (true, "/api/embed") => EmbedAsync(context, body, token),
            (true, "/api/pull") => PullAsync(context, body, token),
            _ => NotFoundAsync(context, token),
        };
    }

    private Task ShowAsync(HttpContext context, JsonObject body, CancellationToken token)
    {
        if (Find(body) is not { } model)
        {
            return ErrorAsync(context, 404, $"model '{Name(body)}' not found", token);
        }

        return JsonAsync(
            context,
            new JsonObject
            {
                ["modelfile"] = "FROM model",
                ["template"] = "{{ .Prompt }}",
                ["details"] = Details(model),
                ["model_info"] = new JsonObject { ["general.architecture"] = model.Family, [model.Family + ".context_length"] = model.ContextLength, ["vision.context_length"] = 1 },
                ["capabilities"] = new JsonArray([.. model.Capabilities.Select(capability => JsonValue.Create(capability))]),
                ["modified_at"] = "2026-10-01T12:00:00Z",
            },
            token);
    }

    private JsonArray Rows(IEnumerable<FakeOllamaModel> models) => new(
    [
        .. models.OrderBy(model => model.FullName, StringComparer.Ordinal).Select(model => new JsonObject
        {
            ["name"] = model.FullName,
            ["model"] = model.FullName,
            ["modified_at"] = "2026-10-01T12:00:00Z",
            ["size"] = 2_019_393_189,
            ["digest"] = model.Digest,
            ["details"] = Details(model),
            ["context_length"] = _loaded.TryGetValue(model.FullName, out var numCtx) ? numCtx : null,
        }),
    ]);

    private static JsonObject Details(FakeOllamaModel model) => new()
    {
        ["parent_model"] = "",
        ["format"] = "gguf",
        ["family"] = model.Family,
        ["families"] = new JsonArray(model.Family),
        ["parameter_size"] = "3.2B",
        ["quantization_level"] = "Q4_K_M",
    };

    private FakeOllamaModel? Find(JsonObject body) => _models.GetValueOrDefault(Full(Name(body)));

    private static string Name(JsonObject body) => (string?)body["model"] ?? (string?)body["name"] ?? "";

    /// <summary>Loads the model unless it is in memory with this context. What a model cannot take is cut to what it can.</summary>
    private async Task<int> LoadAsync(FakeOllamaModel model, JsonObject body, CancellationToken token)
    {
        var numCtx = Math.Min((int?)body["options"]?["num_ctx"] ?? DefaultNumCtx, model.ContextLength);
        if (!_loaded.TryGetValue(model.FullName, out var loaded) || loaded != numCtx)
        {
            await model.Loading.WaitAsync(token).ConfigureAwait(false);
            _loaded[model.FullName] = numCtx;
            lock (_gate)
            {
                _loads.Add((model.FullName, numCtx));
            }
        }

        return numCtx;
    }

    private static Task NotFoundAsync(HttpContext context, CancellationToken token)
    {
        context.Response.StatusCode = 404;
        return context.Response.WriteAsync("404 page not found", token);
    }

    private static Task ErrorAsync(HttpContext context, int status, string text, CancellationToken token) =>
        JsonAsync(context, new JsonObject { ["error"] = text }, token, status);

    private static Task JsonAsync(HttpContext context, JsonObject json, CancellationToken token, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json.ToJsonString()), token).AsTask();
    }

    private static async Task LineAsync(HttpContext context, string line, CancellationToken token)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "application/x-ndjson";
        }

        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), token).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
    }

    private static void Reset(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        context.Abort();
    }
}
