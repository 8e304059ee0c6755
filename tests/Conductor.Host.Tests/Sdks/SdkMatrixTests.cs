using System.Globalization;
using Conductor.Host.Tests.Real;
using Conductor.Host.Tests.Support;
using Conductor.Tests.Shared;
using Xunit.Abstractions;

namespace Conductor.Host.Tests.Sdks;

/// <summary>
/// Official SDKs, told nothing but the gateway's address and a key, in front of every upstream by the real plugins. Prints the table of every pair and feature, which
/// docs/providers.md has, too. Where `CONDUCTOR_SDK_TABLE` names a file, the table goes there: between its marks where it has them, else as the whole of it.
/// Skipped, with the reason, where the SDKs or the real server are missing.
/// </summary>
public sealed class SdkMatrixTests(ITestOutputHelper output, StoryServer chat, EmbeddingServer embeddings) : IClassFixture<StoryServer>, IClassFixture<EmbeddingServer>
{
    private const string Key = "ck_test_0123456789abcdefghij";

    private static readonly string[] Packages = ["openai", "@anthropic-ai/sdk", "@google/genai", "ollama", "@langchain/openai", "ai", "@ai-sdk/openai", "@huggingface/inference", "@copilotkit/aimock"];

    [SkippableFact]
    public async Task OfficialSdks_InFrontOfEveryUpstream_AsDocumented()
    {
        foreach (var package in Packages)
        {
            Skip.If(NodeClient.WhyNoPackage(package) is not null, NodeClient.WhyNoPackage(package));
        }

        Skip.If(chat.WhyNot is not null, chat.WhyNot);
        await using var upstreams = await SdkUpstreams.StartAsync(chat, embeddings);
        await using var gateway = await TestGateway.StartAsync($"cache: {{ enabled: false }}\nproviders:\n{upstreams.Providers}", new() { ["CONDUCTOR_API_KEYS"] = Key });
        var plan = new SdkPlan(gateway.Address.ToString().TrimEnd('/'), Key, upstreams.Targets);

        var cells = new List<SdkCell>();
        foreach (var sdk in Sdks())
        {
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            await foreach (var cell in sdk.RunAsync(plan))
            {
                cells.Add(await upstreams.JudgeAsync(cell));
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sdk.Name}: {System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
        }

        var report = SdkTable.Report(cells, [.. upstreams.Targets.Select(target => target.Name)]);
        output.WriteLine(report);
        SdkTable.Save(report);
        var failures = cells.Where(cell => cell.Outcome == SdkOutcome.Fail).Select(cell => $"{cell.Sdk} in front of {cell.Upstream}, {cell.Feature}: {cell.Note}").ToList();
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(SdkTable.WithoutMeasurements(SdkTable.Documented()), SdkTable.WithoutMeasurements(report));
    }

    private static IEnumerable<ISdk> Sdks() =>
    [
        new NodeSdk("openai (npm)", "openai.mjs"),
        new NodeSdk("openai (npm), Responses", "openai-responses.mjs"),
        new NodeSdk("@anthropic-ai/sdk", "anthropic.mjs"),
        new NodeSdk("@google/genai", "genai.mjs"),
        new NodeSdk("ollama (npm)", "ollama.mjs"),
        new NodeSdk("@langchain/openai", "langchain.mjs"),
        new NodeSdk("ai with @ai-sdk/openai", "ai.mjs"),
        new NodeSdk("@huggingface/inference", "huggingface.mjs"),
        new OpenAIDotnet(),
        new AnthropicDotnet(),
    ];
}
