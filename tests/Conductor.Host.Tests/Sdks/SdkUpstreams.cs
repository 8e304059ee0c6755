using System.Diagnostics;
using Conductor.Host.Tests.Real;
using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Sdks;

/// <summary>All upstreams of a run: our own fakes, somebody else's, and a real server.</summary>
internal sealed class SdkUpstreams : IAsyncDisposable
{
    /// <summary>What aimock does as the wire has it.</summary>
    private static readonly string[] Faithful = ["chat", "stream", "tools", "toolsStreamed", "structured", "unicode", "many", "errors"];

    // Fifty at once leave as many connections idle, which this server closes after five seconds: now and then just as a request comes over one.
    private static readonly string[] Real = ["models", "chat", "stream", "embeddings", "abort", "count"];

    private readonly IReadOnlyList<SdkUpstream> _own;
    private readonly NodeClient _aimock;
    private readonly LlamaServer _chat;
    private readonly List<string> _providers = [];
    private readonly List<SdkTarget> _targets = [];

    private SdkUpstreams(IReadOnlyList<SdkUpstream> own, NodeClient aimock, LlamaServer chat) => (_own, _aimock, _chat) = (own, aimock, chat);

    /// <summary>The section `providers` of the settings.</summary>
    public string Providers => string.Join('\n', _providers);

    public IReadOnlyList<SdkTarget> Targets => _targets;

    public static async Task<SdkUpstreams> StartAsync(LlamaServer chat, LlamaServer embeddings)
    {
        SdkUpstream[] own =
        [
            await OpenAIUpstream.OpenAIAsync(), await OpenAIUpstream.AzureAsync(), await AnthropicUpstream.StartAsync(), await GeminiUpstream.StartAsync(), await OllamaUpstream.StartAsync(),
            await OpenAIUpstream.HubAsync(), await OpenAIUpstream.CustomAsync(),
        ];
        var started = new SdkUpstreams(own, NodeClient.Start("sdks/aimock.mjs"), chat);
        foreach (var upstream in own)
        {
            started.Add(upstream.Name, upstream.Settings, upstream.ChatModel, upstream.EmbeddingModel ?? upstream.ChatModel, [.. SdkFeatures.Titles.Keys]);
        }

        var aimock = (await started._aimock.ReadAsync()).GetProperty("address").GetString();
        started.Add("aimock as openai", $"plugin: openai, base_url: \"{aimock}/v1\", keys: [ k ]", "gpt-4o", "", Faithful);
        started.Add("aimock as azure", $"plugin: azure-openai, base_url: \"{aimock}\", api_style: classic, keys: [ k ], deployments: {{ gpt-4o: gpt-4o }}", "gpt-4o", "", Faithful);
        started.Add("aimock as anthropic", $"plugin: anthropic, base_url: \"{aimock}\", keys: [ k ]", "claude-sonnet-4-5", "", Faithful);
        started.Add("aimock as gemini", $"plugin: google, base_url: \"{aimock}\", keys: [ k ]", "gemini-2.5-flash", "", Faithful);
        started.Add("aimock as ollama", $"plugin: ollama, base_url: \"{aimock}\"", "llama3.2", "", Faithful, statesUsage: false);
        started.Add("llama.cpp", $"plugin: openai-compatible, preset: llama.cpp, base_url: \"{chat.BaseUrl}\"", LlamaServer.Model, "", Real, isReal: true);
        started._providers.Add($"  vectors: {{ plugin: openai-compatible, base_url: \"{embeddings.BaseUrl}\" }}");
        started._targets[^1] = started._targets[^1] with { Embedding = "vectors/" + LlamaServer.Model };
        return started;
    }

    /// <summary>What the SDK cannot know of a cell: whether a refusal is documented, and when the upstream saw that a stream was left.</summary>
    public async Task<SdkCell> JudgeAsync(SdkCell cell)
    {
        if (cell is { Feature: "abort", LeftAt: { } leftAt })
        {
            return await SeenAtAsync(cell) is { } seenAt
                ? cell with { SeenAfterMs = Math.Max(0, seenAt - leftAt), Note = null }
                : cell with { Outcome = SdkOutcome.Fail, Note = "the upstream does not see that the client has left" };
        }

        return cell.Outcome == SdkOutcome.Refused && !SdkFeatures.IsRefusedBy(cell.Upstream, cell.Feature) ? cell with { Outcome = SdkOutcome.Fail } : cell;
    }

    public async ValueTask DisposeAsync()
    {
        _aimock.Dispose();
        foreach (var upstream in _own)
        {
            await upstream.DisposeAsync();
        }
    }

    private void Add(string name, string settings, string model, string embeddingModel, IReadOnlyList<string> features, bool statesUsage = true, bool isReal = false)
    {
        var provider = name.Replace(' ', '-').Replace('.', '-');
        _providers.Add($"  {provider}: {{ {settings}, price: free }}\n  {provider}-bad: {{ {settings}, price: free }}\n  {provider}-limited: {{ {settings}, price: free }}");
        _targets.Add(new SdkTarget(name, $"{provider}/{model}", $"{provider}/{embeddingModel}", $"{provider}-bad/{model}", $"{provider}-limited/{model}", features, statesUsage, isReal));
    }

    private async Task<double?> SeenAtAsync(SdkCell cell)
    {
        if (_targets.Single(target => target.Name == cell.Upstream).IsReal)
        {
            return await IdleAtAsync();
        }

        try
        {
            return _own.Single(upstream => upstream.Name == cell.Upstream).Left.TryGetValue(cell.Note ?? "", out var seen) ? await seen.WaitAsync(TimeSpan.FromSeconds(10)) : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>A real server tells when it is asked, and on a busy machine not always in time.</summary>
    private async Task<double?> IdleAtAsync()
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(50);)
        {
            try
            {
                if (!await _chat.IsGeneratingAsync())
                {
                    return (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
                }
            }
            catch (Exception late) when (late is HttpRequestException or TaskCanceledException)
            {
                // Asked again.
            }
        }

        return null;
    }
}
