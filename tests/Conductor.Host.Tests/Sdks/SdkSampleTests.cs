using System.Diagnostics;
using Conductor.Host.Tests.Real;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Sdks;

/// <summary>The programs in samples/sdks as somebody else would run them: in a folder of their own, in front of a gateway without any configuration, and of one that has a model.</summary>
public sealed class SdkSampleTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("openai.mjs", "openai", true, true)]
    [InlineData("anthropic.mjs", "@anthropic-ai/sdk", true, false)]
    [InlineData("genai.mjs", "@google/genai", true, true)]
    [InlineData("ollama.mjs", "ollama", true, true)]
    [InlineData("langchain.mjs", "@langchain/openai", false, true)]
    [InlineData("ai.mjs", "@ai-sdk/openai", false, true)]
    [InlineData("huggingface.mjs", "@huggingface/inference", false, false)]
    [InlineData("openai-dotnet.cs", null, true, true)]
    [InlineData("anthropic-dotnet.cs", null, true, false)]
    public async Task Sample_AsDocumented_Runs(string file, string? package, bool listsModels, bool givesVectors)
    {
        var whyNot = package is null ? null : NodeClient.WhyNoPackage(package);
        Skip.If(whyNot is not null, whyNot);
        await using var fresh = await TestGateway.StartAsync();
        await using var upstream = await FakeUpstream.StartAsync();
        await using var configured = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        var source = Path.Combine(Repository(), "samples", "sdks", file);
        File.Copy(source, _folder.Combine(file));
        Assert.Contains($"[{file}]({file})", await File.ReadAllTextAsync(Path.Combine(Repository(), "samples", "sdks", "README.md")), StringComparison.Ordinal);

        var without = await RunAsync(file, fresh.Address);
        var with = await RunAsync(file, configured.Address, "fake/fake-model");

        Assert.Contains("chat: ", without, StringComparison.Ordinal);
        Assert.Contains("No chat model is configured", without, StringComparison.Ordinal);
        Assert.Contains("Hello from fake.", with, StringComparison.Ordinal);
        Assert.Equal(listsModels, without.Contains("auto\n", StringComparison.Ordinal));
        Assert.Equal(givesVectors, without.Contains("vectors: 2 of 384", StringComparison.Ordinal));
    }

    private async Task<string> RunAsync(string file, Uri gateway, params string[] arguments)
    {
        var isNode = file.EndsWith(".mjs", StringComparison.Ordinal);
        if (isNode && !Directory.Exists(_folder.Combine("node_modules")))
        {
            Directory.CreateSymbolicLink(_folder.Combine("node_modules"), Path.Combine(Environment.GetEnvironmentVariable("CONDUCTOR_NODE_CLIENTS")!, "node_modules"));
        }

        var start = new ProcessStartInfo(isNode ? "node" : "dotnet", isNode ? [file, .. arguments] : ["run", file, "--", .. arguments])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CONDUCTOR_URL"] = gateway.ToString().TrimEnd('/');
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        await using var stop = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.True(process.ExitCode == 0, output + await error);
        return output.ReplaceLineEndings("\n");
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
