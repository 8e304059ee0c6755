using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Conductor.Host.Tests.Sdks;

/// <summary>An SDK from NuGet, in this process. It asks what the scripts in `clients/sdks` ask.</summary>
internal abstract partial class DotnetSdk : ISdk, IDisposable
{
    protected const string Hello = "Hello from the client.";
    protected const string SystemPrompt = "be brief";
    protected const string Unicode = "Zürich — 東京 👨‍👩‍👧‍👦 🇨🇭 שָׁלוֹם हिन्दी é \u2028 \"quotes\" \\ back\tslash\nline 𝒳 ﷽";
    protected const string CitySchema = """{"type":"object","properties":{"city":{"type":"string","description":"its name"}},"required":["city"],"additionalProperties":false}""";
    protected const string PlaceSchema = """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city","days"],"additionalProperties":false}""";
    protected const string Place = """{"city":"Zürich 😀","days":3}""";

    protected static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private readonly Watch _watch = new();

    protected DotnetSdk() => Http = new HttpClient(_watch) { Timeout = TimeSpan.FromSeconds(30) };

    public abstract string Name { get; }

    protected static string Report => string.Join("; ", Mind.Cities.Select(Weather));

    protected static string Seen => $"look {Png.Length} bytes {Convert.ToHexStringLower(SHA256.HashData(Png))[..12]}";

    /// <summary>What the SDK sends by.</summary>
    protected HttpClient Http { get; }

    protected SdkPlan Plan { get; private set; } = null!;

    /// <summary>Most tokens of an answer.</summary>
    protected int Limit { get; private set; }

    private bool IsReal { get; set; }

    public async IAsyncEnumerable<SdkCell> RunAsync(SdkPlan plan)
    {
        Plan = plan;
        var features = Features();
        foreach (var target in plan.Upstreams)
        {
            foreach (var feature in target.Features)
            {
                yield return features.TryGetValue(feature, out var run) ? await TryAsync(target, feature, run) : new SdkCell(Name, target.Name, feature, SdkOutcome.Absent, []);
            }
        }
    }

    public void Dispose()
    {
        Http.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What it can do, by the feature. A function gives when the client left a stream, or null.</summary>
    protected abstract Dictionary<string, Func<SdkTarget, Task<double?>>> Features();

    protected static string Weather(string city) => $"22 degrees in {city}";

    protected static string CityOf(string arguments) => JsonElement.Parse(arguments).GetProperty("city").GetString()!;

    /// <summary>What a stream is told apart by.</summary>
    protected string Tag(SdkTarget target) => $"{Name}:{target.Name}";

    /// <summary>Milliseconds since 1970, as JavaScript's `Date.now()` says them: SDKs from npm run in processes of their own, and the wall clock is what all share.</summary>
    protected static double Now() => (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;

    protected static Func<SdkTarget, Task<double?>> Feature(Func<SdkTarget, Task> run) => async target =>
    {
        await run(target);
        return null;
    };

    /// <summary>50 at once, every other one as a stream; each has to get its own answer.</summary>
    protected async Task FiftyAsync(Func<string, Task<string>> whole, Func<string, Task<string>> streamed)
    {
        var asked = Enumerable.Range(0, 50).Select(i => $"number {i} ü😀").ToList();
        var answers = await Task.WhenAll(asked.Select((text, i) => i % 2 == 0 ? streamed(text) : whole(text)));
        foreach (var (text, answer) in asked.Zip(answers))
        {
            Reads(text, answer);
        }
    }

    /// <summary>The same of words that a model says: of a real one nobody knows them beforehand, so that there only have to be some.</summary>
    protected void Reads(string wanted, string found)
    {
        if (IsReal)
        {
            Assert.NotEmpty(found);
        }
        else
        {
            Assert.Equal(wanted, found);
        }
    }

    /// <summary>Holds how an answer ended against how it should: a real model's is cut at its limit.</summary>
    protected void Ends<T>(T wanted, T found)
    {
        if (!IsReal)
        {
            Assert.Equal(wanted, found);
        }
    }

    /// <summary>Whether enough of a stream has come to leave it.</summary>
    protected bool IsEnough(string text) => IsReal ? text.Length > 20 : text.Contains("three", StringComparison.Ordinal);

    private async Task<SdkCell> TryAsync(SdkTarget target, string feature, Func<SdkTarget, Task<double?>> run)
    {
        _watch.Reset();
        IsReal = target.IsReal;
        Limit = !IsReal ? 200 : feature == "abort" ? 5000 : 12;
        try
        {
            var leftAt = await run(target);
            return new SdkCell(Name, target.Name, feature, _watch.Losses.Count > 0 ? SdkOutcome.Loss : SdkOutcome.Pass, _watch.Losses, leftAt is null ? null : Tag(target), leftAt);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            var isRefused = feature != "errors" && _watch.LastRefusal?.StartsWith('4') == true;
            return new SdkCell(Name, target.Name, feature, isRefused ? SdkOutcome.Refused : SdkOutcome.Fail, _watch.Losses, $"{_watch.LastRefusal} {failure.GetType().Name}: {failure.Message}");
        }
    }

    /// <summary>Remembers what the gateway says beside its answers.</summary>
    private sealed partial class Watch() : DelegatingHandler(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
    {
        private readonly ConcurrentDictionary<string, bool> _losses = new(StringComparer.Ordinal);

        public IReadOnlyList<string> Losses => [.. _losses.Keys];

        public string? LastRefusal { get; private set; }

        public void Reset()
        {
            _losses.Clear();
            LastRefusal = null;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            foreach (var header in (string[])["x-conductor-dropped-params", "x-conductor-loss"])
            {
                foreach (var name in response.Headers.TryGetValues(header, out var values) ? values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) : [])
                {
                    _losses[name] = true;
                }
            }

            if (!response.IsSuccessStatusCode)
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                LastRefusal = $"{(int)response.StatusCode} {Code().Match(await response.Content.ReadAsStringAsync(cancellationToken)).Groups[1].Value}";
            }

            return response;
        }

        [GeneratedRegex("\"(?:code|error_code)\":\\s*\"([A-Za-z_]+)\"")]
        private static partial Regex Code();
    }
}
