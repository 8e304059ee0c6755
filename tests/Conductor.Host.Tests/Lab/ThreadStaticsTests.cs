using System.Net.Http.Json;
using System.Text.Json;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Lab;

/// <summary>
/// On .NET 10 a thread that ends after a plugin that it served was replaced takes objects of the next version with it: the next version reads null, or the process
/// ends. The host therefore keeps the threads of its pool.
/// </summary>
public sealed class ThreadStaticsTests : IDisposable
{
    private const int Calls = 12; // of the plugin: it answers once so many threads are held
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Replaced_ThreadsThatServedTheOldVersionAreIdle_TheNewOneLosesNothing()
    {
        var plugin = Prepare();
        using var host = HostProcess.Start(
            ["serve", "--config", _folder.Combine("conductor.yaml"), "--listen", "http://127.0.0.1:0", "--data", _folder.Combine("data")],
            environment: new()
            {
                ["OPENAI_API_KEY"] = null,
                ["CONDUCTOR_API_KEYS"] = null,
                ["CONDUCTOR_CONFIG"] = null,
                ["DOTNET_DbgEnableMiniDump"] = "0",
                ["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "20", // hexadecimal: as many threads as are to be held, at once
                ["DOTNET_ThreadPool_ThreadTimeoutMs"] = "4000", // instead of 20 s: when an idle thread would end
            });
        using var client = new HttpClient { BaseAddress = await host.WaitForAddressAsync() };

        for (var version = 1; version <= 2; version++)
        {
            var met = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => AskAsync(client, "meet")));
            Assert.All(met, answer => Assert.Equal("0 lost", answer));
            await File.WriteAllTextAsync(Path.Combine(plugin, "version.txt"), $"{version}"); // another content, another version
            using var rescan = await client.PostAsync("/admin/v1/plugins/rescan", content: null);
            Assert.True(rescan.IsSuccessStatusCode, host.Output + host.Error);
            Assert.Equal("0 lost", await AskAsync(client, "count"));

            await Task.Delay(TimeSpan.FromSeconds(5)); // another process: nothing tells when its threads would have ended

            Assert.Equal("0 lost", await AskAsync(client, "count"));
        }
    }

    private string Prepare()
    {
        var plugin = Directory.CreateDirectory(_folder.Combine("plugins/Conductor.TestPlugins.ThreadStatics")).FullName;
        foreach (var file in Directory.GetFiles(BuildOf("ThreadStatics")))
        {
            File.Copy(file, Path.Combine(plugin, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(_folder.Combine("operations"));
        File.WriteAllText(_folder.Combine("conductor.yaml"), $$"""
            plugins: { path: "{{_folder.Combine("plugins")}}", operations: "{{_folder.Combine("operations")}}", watch: false }
            providers: { kept: { plugin: thread-statics } }
            """);
        return plugin;
    }

    private static async Task<string?> AskAsync(HttpClient client, string text)
    {
        using var answer = await client.PostAsJsonAsync(
            "/v1/chat/completions", new { model = "kept/m", temperature = 1, messages = new[] { new { role = "user", content = text } } });
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
    }

    private static string BuildOf(string plugin)
    {
        var folder = new FileInfo(HostProcess.Executable).Directory!;
        while (!File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "tests", "TestPlugins", "Conductor.TestPlugins." + plugin, "bin", "plugin");
    }
}
