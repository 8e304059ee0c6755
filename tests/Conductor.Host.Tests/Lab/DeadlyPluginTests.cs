using System.Net.Http.Json;
using System.Text.Json;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Lab;

/// <summary>What a plugin in the same process can do all the same: end it. The process is then gone, not half alive, and one that is started again serves.</summary>
public sealed class DeadlyPluginTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("async-void", "OwnException")]
    [InlineData("stack-overflow", "Stack overflow")]
    [InlineData("fail-fast", "this plugin has had enough")]
    public async Task Plugin_EndsTheProcess_ItIsGoneWithTheReasonAndARestartedOneServes(string mode, string said)
    {
        var config = Prepare(mode);
        using (var host = Start(config))
        {
            using var client = new HttpClient { BaseAddress = await host.WaitForAddressAsync() };
            using var before = await AskAsync(client, "behave");
            Assert.True(before.IsSuccessStatusCode, host.Output + host.Error);

            var failure = await Record.ExceptionAsync(() => AskAsync(client, "hello"));
            var code = await host.WaitAsync();

            Assert.IsAssignableFrom<HttpRequestException>(failure);
            Assert.NotEqual(0, code);
            Assert.Contains(said, host.Output + host.Error, StringComparison.Ordinal);
        }

        using var again = Start(config);
        using var next = new HttpClient { BaseAddress = await again.WaitForAddressAsync() };
        using var answer = await AskAsync(next, "behave");
        Assert.Equal("good", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    private string Prepare(string mode)
    {
        var built = BuildOf("Misbehaving");
        var plugin = Directory.CreateDirectory(_folder.Combine("plugins/Conductor.TestPlugins.Misbehaving")).FullName;
        foreach (var file in Directory.GetFiles(built))
        {
            File.Copy(file, Path.Combine(plugin, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(_folder.Combine("operations"));
        var config = _folder.Combine("conductor.yaml");
        File.WriteAllText(config, $$"""
            plugins: { path: "{{_folder.Combine("plugins")}}", operations: "{{_folder.Combine("operations")}}" }
            providers: { bad: { plugin: misbehaving, mode: {{mode}} } }
            """);
        return config;
    }

    private HostProcess Start(string config) => HostProcess.Start(
        ["serve", "--config", config, "--listen", "http://127.0.0.1:0", "--data", _folder.Combine("data")],
        environment: new() { ["OPENAI_API_KEY"] = null, ["CONDUCTOR_API_KEYS"] = null, ["CONDUCTOR_CONFIG"] = null, ["DOTNET_DbgEnableMiniDump"] = "0" });

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string text) => client.PostAsJsonAsync(
        "/v1/chat/completions", new { model = "bad/m", messages = new[] { new { role = "user", content = text } } });

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
