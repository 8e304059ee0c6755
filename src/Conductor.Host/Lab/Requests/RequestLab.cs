using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Conductor.Host.Lab.Wires;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Lab.Requests;

/// <summary>What a run is asked for.</summary>
internal sealed record RequestLabOptions
{
    /// <summary>Requests, the right ones at the beginning included; 1 and above.</summary>
    public required long Requests { get; init; }

    /// <summary>The same seed makes the same requests.</summary>
    public required int Seed { get; init; }

    /// <summary>Connections at once; 1 and above.</summary>
    public int Connections { get; init; } = 32;

    /// <summary>How long an answer, or the end of the connection, may take. A request that is never whole is given up by the gateway after <see cref="Stall"/>.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The gateway's patience with requests that do not come, in whole seconds.</summary>
    public int Stall { get; init; } = 2;
}

/// <summary>
/// Sends broken requests over the wire to a gateway of its own. It must answer each with a success or say that it is wrong, and never that it failed itself; where the upstream fails by its script it may say so.
/// It must answer in time, stay alive, say nothing at level error, send nothing broken on, and hold nothing of them afterwards.
/// </summary>
internal sealed class RequestLab(RequestLabOptions options, Action<string> tell)
{
    private const int MostFailures = 20;
    private const string MemoryFolder = "/dev/shm";

    // What the server says of a connection whose body's end could not be read; the request itself was refused.
    private const string OfTheServer = "automatic draining of the request body failed";
    private const long GrowthAllowed = 200L * 1024 * 1024;

    private readonly RequestMutator _mutator = new(options.Seed);
    private readonly ConcurrentDictionary<string, RequestTally> _tallies = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<WireFailure> _failures = new();
    private readonly ConcurrentDictionary<string, bool> _kinds = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _violations = new();
    private long _next;

    /// <summary>The first request of each kind of failure.</summary>
    public IReadOnlyCollection<WireFailure> Failures => _failures;

    /// <summary>What else was wrong: of the gateway as a whole.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>What was asked, by kind.</summary>
    public IReadOnlyDictionary<string, RequestTally> Tallies => _tallies;

    /// <summary>Resident memory after a fifth of the requests and at the end, in bytes.</summary>
    public (long Early, long Late) Memory { get; private set; }

    /// <summary>Where the gateway's log is kept; null where nothing was wrong.</summary>
    public string? Folder { get; private set; }

    /// <summary>Sends so many requests as the options say.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => WithGatewayAsync(async (host, upstream) =>
    {
        var watch = Task.WhenAll(Enumerable.Range(0, options.Connections).Select(_ => WorkAsync(host, cancellationToken)));
        var early = 0L;
        while (await Task.WhenAny(watch, Task.Delay(TimeSpan.FromSeconds(10), cancellationToken)) != watch)
        {
            var done = Math.Min(Interlocked.Read(ref _next), options.Requests);
            early = early == 0 && done >= options.Requests / 5 ? host.ResidentBytes : early;
            tell(string.Create(CultureInfo.InvariantCulture, $"{done} of {options.Requests} requests; {_failures.Count} kinds of failure"));
        }

        await watch;
        await SettleAsync(host, upstream, cancellationToken);
        Memory = (early, host.ResidentBytes);
        if (early > 0 && Memory.Late - early > GrowthAllowed)
        {
            _violations.Enqueue(string.Create(CultureInfo.InvariantCulture, $"resident memory grew from {early >> 20} to {Memory.Late >> 20} MiB over the last four fifths"));
        }
    }, cancellationToken);

    /// <summary>Sends one request that was kept, and tells what comes back.</summary>
    public async Task<LabAnswer> ReplayAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        var answer = LabAnswer.None;
        await WithGatewayAsync(async (host, upstream) =>
        {
            using var connection = new RequestConnection(host.Client.BaseAddress!);
            answer = await AskAsync(connection, new LabRequest("replay", 0, bytes, IsWhole: false, MayFail: bytes.AsSpan().IndexOf("fails"u8) >= 0), cancellationToken) ?? answer;
            await SettleAsync(host, upstream, cancellationToken);
        }, cancellationToken);
        return answer;
    }

    private async Task WithGatewayAsync(Func<LabHost, RequestLabUpstream, Task> work, CancellationToken cancellationToken)
    {
        // In memory where there is such a place: how the gateway bears broken requests is asked, not how it bears a slow disk.
        var folder = Directory.Exists(MemoryFolder) ? Directory.CreateDirectory(Path.Combine(MemoryFolder, "conductor-lab-" + Guid.NewGuid().ToString("N")[..8])).FullName : Directory.CreateTempSubdirectory("conductor-lab-").FullName;
        using var log = new GatewayLog(Path.Combine(folder, "gateway.log"));
        await using (var upstream = await RequestLabUpstream.StartAsync(cancellationToken))
        {
            await using var host = await LabHost.StartAsync(Configure(folder, upstream), log, cancellationToken);
            await host.Client.GetStringAsync("/v1/models", cancellationToken);
            await work(host, upstream);
            if (host.ExitCode is { } code)
            {
                _violations.Enqueue($"the gateway ended by itself with exit code {code}: {host.LastWords}");
            }

            foreach (var odd in upstream.Oddities)
            {
                _violations.Enqueue($"the upstream: {odd}");
            }
        }

        foreach (var line in log.LastRelevant(200).Where(line => !line.Contains("warn: ", StringComparison.Ordinal) && !line.Contains(OfTheServer, StringComparison.Ordinal)))
        {
            _violations.Enqueue($"the gateway's log: {line}");
        }

        log.Dispose();
        if (_violations.IsEmpty && _failures.IsEmpty)
        {
            Directory.Delete(folder, recursive: true);
        }
        else
        {
            Folder = folder;
        }
    }

    private async Task WorkAsync(LabHost host, CancellationToken cancellationToken)
    {
        using var connection = new RequestConnection(host.Client.BaseAddress!);
        while (Interlocked.Increment(ref _next) - 1 is var number && number < options.Requests && _failures.Count < MostFailures && host.ExitCode is null)
        {
            await AskAsync(connection, _mutator.Make(number), cancellationToken);
        }
    }

    private async Task<LabAnswer?> AskAsync(RequestConnection connection, LabRequest request, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        LabAnswer? answer = null;
        string? wrong;
        try
        {
            answer = await connection.AskAsync(request, options.Longest, cancellationToken);
            wrong = WrongWith(request, answer);
        }
        catch (TimeoutException)
        {
            wrong = string.Create(CultureInfo.InvariantCulture, $"neither an answer nor an end in {options.Longest.TotalSeconds:0} s");
        }

        _tallies.GetOrAdd(request.Kind, _ => new RequestTally()).Add(answer?.Status ?? 0, Stopwatch.GetElapsedTime(started));
        if (wrong is not null && _kinds.TryAdd($"{request.Kind}{string.Concat(wrong.Where(letter => !char.IsAsciiDigit(letter)))}", true))
        {
            _failures.Enqueue(new WireFailure(request.Kind, request.Number, request.Bytes, wrong));
        }

        return answer;
    }

    /// <summary>What is wrong with an answer; null = nothing.</summary>
    internal static string? WrongWith(LabRequest request, LabAnswer answer)
    {
        if (answer.Status == 0)
        {
            return request.IsWhole ? "closed without an answer" : null;
        }

        // The server's own word for a version of HTTP that it does not speak; a version is never right by mistake.
        if (answer.Status is (>= 200 and < 500) or StatusCodes.Status505HttpVersionNotsupported)
        {
            return null;
        }

        var said = Encoding.UTF8.GetString(answer.Body.AsSpan(0, Math.Min(600, answer.Body.Length)));
        var isTheUpstreams = answer.Status is 502 or 503 or 504 or 529 && request.MayFail;

        // A prompt wants JSON of a model that says `hi`: what an operation makes of that is the upstream's fault, too.
        var isTheShape = answer.Status == 502 && request.Kind.StartsWith("operation", StringComparison.Ordinal) && said.Contains("upstream_invalid_response", StringComparison.Ordinal);
        return isTheUpstreams || isTheShape ? null : $"{answer.Status}: {said}";
    }

    // What was asked is over: nothing of it is held any more.
    private async Task SettleAsync(LabHost host, RequestLabUpstream upstream, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            using var status = JsonDocument.Parse(await host.Client.GetStringAsync("/v1/status", cancellationToken));
            var inFlight = status.RootElement.GetProperty("system").GetProperty("requests_in_flight").GetInt32() - 1; // this question
            var calls = status.RootElement.GetProperty("providers").EnumerateArray().Sum(provider => provider.GetProperty("calls_in_flight").GetInt32());
            if (inFlight == 0 && calls == 0 && upstream.Open == 0)
            {
                break;
            }

            if (Stopwatch.GetElapsedTime(started) > options.Longest)
            {
                _violations.Enqueue(string.Create(CultureInfo.InvariantCulture, $"after the last request: {inFlight} requests and {calls} calls in flight, {upstream.Open} at the upstream"));
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }

        using var ready = await host.Client.GetAsync("/readyz", cancellationToken);
        if (!ready.IsSuccessStatusCode)
        {
            _violations.Enqueue($"not ready afterwards: {await ready.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private List<string> Configure(string folder, RequestLabUpstream upstream)
    {
        var config = Path.Combine(folder, "conductor.yaml");
        var address = upstream.Address.AbsoluteUri;
        File.WriteAllText(config, string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            server: { header_timeout: {{options.Stall}}s, stall_timeout: {{options.Stall}}s }
            providers:
              openai: { plugin: openai-compatible, base_url: "{{address}}p/v1", price: free, models: [ "*" ] }
              anthropic: { plugin: anthropic, base_url: "{{address}}a", keys: [ lab-key-of-anthropic ], price: free, models: [ "*" ] }
              google: { plugin: google, base_url: "{{address}}g", keys: [ lab-key-of-google ], price: free, models: [ "*" ] }
              ollama: { plugin: ollama, base_url: "{{address}}o", price: free, models: [ "*" ] }
            storage: { slots: 65536 }
            limits: { max_concurrent_requests: {{options.Connections * 4}}, max_body: 1MiB }
            reliability: { deadline: 5s, first_content: 3s, idle: 3s, max_attempts: 1 }

            """));
        return ["serve", "--config", config, "--data", Path.Combine(folder, "data"), "--listen", "http://127.0.0.1:0"];
    }
}

/// <summary>What became of the requests of one kind. Thread-safe.</summary>
internal sealed class RequestTally
{
    private readonly Lock _gate = new();
    private readonly long[] _byClass = new long[6];

    /// <summary>The longest time that one took.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>How many there were.</summary>
    public long Count => _byClass.Sum();

    public void Add(int status, TimeSpan took)
    {
        lock (_gate)
        {
            _byClass[Math.Clamp(status / 100, 0, 5)]++;
            Slowest = took > Slowest ? took : Slowest;
        }
    }

    /// <summary>How many answers were of this hundred; 0 = no answer.</summary>
    public long Of(int hundred) => _byClass[hundred];
}
