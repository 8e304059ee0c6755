using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Cli;

public sealed class PublishTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task PublishedFolder_StartedFromElsewhere_ServesAndDrains()
    {
        Skip.If(OperatingSystem.IsWindows(), "there is no SIGTERM on Windows");
        var output = _folder.Combine("out");
        await PublishAsync(output);
        Assert.True(Directory.Exists(Path.Combine(output, "plugins", "Conductor.Providers.Local")));
        Assert.True(File.Exists(Path.Combine(output, "plugins", "Conductor.Providers.Ollama", "Conductor.Wire.Ollama.dll")));
        Assert.True(Directory.Exists(Path.Combine(output, "operations", "Conductor.Operations.SentimentAnalysis")));
        Assert.True(File.Exists(Path.Combine(output, "config", "conductor.yaml")));

        using var host = HostProcess.Start(
            ["--listen", "http://127.0.0.1:0", "--data", _folder.Combine("data")], Path.Combine(output, "conductor"), workingDirectory: "/",
            environment: new() { ["OPENAI_API_KEY"] = null, ["CONDUCTOR_API_KEYS"] = null, ["CONDUCTOR_CONFIG"] = null });
        using var client = new HttpClient { BaseAddress = await host.WaitForAddressAsync() };
        using var response = await client.PostAsJsonAsync("/v1/operations/sentiment_analysis", new { text = "What a wonderful day!" });
        var result = await response.Content.ReadFromJsonAsync<JsonElement>();
        host.Terminate();

        Assert.Equal("positive", result.GetProperty("result").GetProperty("sentiment").GetString());
        Assert.Equal(0, await host.WaitAsync());
    }

    private static async Task PublishAsync(string output)
    {
        var project = new FileInfo(HostProcess.Executable).Directory!.Parent!.Parent!.Parent!.FullName;
        var configuration = new FileInfo(HostProcess.Executable).Directory!.Parent!.Name;
        var start = new ProcessStartInfo("dotnet", ["publish", project, "-c", configuration, "--no-build", "-o", output, "--nologo", "-v", "q"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var publish = Process.Start(start)!;
        var text = await publish.StandardOutput.ReadToEndAsync() + await publish.StandardError.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, text);
    }
}
