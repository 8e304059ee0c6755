using System.Globalization;
using Conductor.Host.Tests.Real;
using Conductor.Host.Tests.Support;
using Xunit.Abstractions;

namespace Conductor.Host.Tests.Sdks;

/// <summary>
/// Official SDKs, told nothing but the gateway's address and a key, in front of every upstream by the real plugins. Prints the table of every pair and feature;
/// docs/providers.md has the same. With `CONDUCTOR_SDK_TABLE` it is also written to that file: between its marks where it has them, else as the whole of it.
/// </summary>
public sealed class SdkMatrixTests(ITestOutputHelper output)
{
    private const string Key = "ck_test_0123456789abcdefghij";

    private static readonly string[] Packages = ["openai", "@anthropic-ai/sdk", "@google/genai", "ollama", "@langchain/openai", "ai", "@ai-sdk/openai", "@huggingface/inference"];

    private static readonly ISdk[] Sdks =
    [
        new NodeSdk("openai (npm)", "openai.mjs"),
        new NodeSdk("openai (npm), Responses", "openai-responses.mjs"),
        new NodeSdk("@anthropic-ai/sdk", "anthropic.mjs"),
        new NodeSdk("@google/genai", "genai.mjs"),
        new NodeSdk("ollama (npm)", "ollama.mjs"),
        new NodeSdk("@langchain/openai", "langchain.mjs"),
        new NodeSdk("ai with @ai-sdk/openai", "ai.mjs"),
        new NodeSdk("@huggingface/inference", "huggingface.mjs"),
    ];

    [SkippableFact]
    public async Task OfficialSdks_InFrontOfEveryUpstream_NothingFails()
    {
        foreach (var package in Packages)
        {
            Skip.If(NodeClient.WhyNoPackage(package) is not null, NodeClient.WhyNoPackage(package));
        }

        SdkUpstream[] upstreams =
        [
            await OpenAIUpstream.OpenAIAsync(), await OpenAIUpstream.AzureAsync(), await AnthropicUpstream.StartAsync(), await GeminiUpstream.StartAsync(), await OllamaUpstream.StartAsync(),
            await OpenAIUpstream.HubAsync(), await OpenAIUpstream.CustomAsync(),
        ];
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            cache: { enabled: false }
            providers:
            {{string.Join("\n", upstreams.Select(upstream => $"  {upstream.Name}: {{ {upstream.Settings}, price: free }}\n  {upstream.Name}-bad: {{ {upstream.Settings}, price: free }}"))}}
            """,
            new() { ["CONDUCTOR_API_KEYS"] = Key });
        var plan = new SdkPlan(
            gateway.Address.ToString().TrimEnd('/'), Key, [.. SdkFeatures.Titles.Keys],
            [.. upstreams.Select(one => new SdkTarget(one.Name, $"{one.Name}/{one.ChatModel}", $"{one.Name}/{one.EmbeddingModel ?? one.ChatModel}", $"{one.Name}-bad/{one.ChatModel}"))]);

        var cells = new List<SdkCell>();
        foreach (var sdk in Sdks)
        {
            var began = DateTime.UtcNow;
            await foreach (var cell in sdk.RunAsync(plan))
            {
                cells.Add(await JudgeAsync(cell, upstreams));
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sdk.Name}: {(DateTime.UtcNow - began).TotalSeconds:0.0} s"));
        }

        var table = SdkTable.Render(cells, [.. upstreams.Select(upstream => upstream.Name)]);
        output.WriteLine(table);
        output.WriteLine(SdkTable.RenderLeaving(cells));
        foreach (var cell in cells.Where(cell => cell.Outcome == SdkOutcome.Fail))
        {
            output.WriteLine($"FAIL {cell.Sdk} | {cell.Upstream} | {cell.Feature} | {cell.Note}");
        }

        foreach (var upstream in upstreams)
        {
            await upstream.DisposeAsync();
        }

        Assert.DoesNotContain(cells, cell => cell.Outcome == SdkOutcome.Fail);
    }

    private static async Task<SdkCell> JudgeAsync(SdkCell cell, SdkUpstream[] upstreams)
    {
        if (cell is { Feature: "abort", LeftAt: { } leftAt })
        {
            var upstream = upstreams.Single(one => one.Name == cell.Upstream);
            return upstream.Left.TryGetValue(cell.Note ?? "", out var seen) && await SeenAsync(seen) is { } seenAt
                ? cell with { SeenAfterMs = Math.Max(0, seenAt - leftAt), Note = null }
                : cell with { Outcome = SdkOutcome.Fail, Note = "the upstream does not see that the client has left" };
        }

        return cell.Outcome == SdkOutcome.Refused && !SdkFeatures.IsRefusedBy(cell.Upstream, cell.Feature) ? cell with { Outcome = SdkOutcome.Fail } : cell;
    }

    private static async Task<double?> SeenAsync(Task<double> seen)
    {
        try
        {
            return await seen.WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
