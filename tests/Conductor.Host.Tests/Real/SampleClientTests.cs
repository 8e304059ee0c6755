using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Real;

/// <summary>Somebody else's chat client as a provider, as samples/AnthropicClient says: its folder dropped into a running gateway, asked over HTTP, and taken away again.</summary>
public sealed class SampleClientTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Plugins => _folder.Combine("plugins");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AnthropicClient_DroppedInAskedAndTakenAway_AnswersWholeAndStreamedAndIsGoneFromMemory()
    {
        using var build = await SampleBuild.CreateAsync(Repository(), "AnthropicClient");
        Directory.CreateDirectory(Plugins);
        await using var claude = await FakeAnthropic.StartAsync();
        claude.ApiKey = "sk-upstream"; // without it: 401
        claude.Otherwise(_ => FakeAnthropicReply.Text("Grüße 😀 from afar"));
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            plugins: { path: '{{Plugins}}', watch: false }
            providers:
              claude: { plugin: anthropic-client, base_url: "{{claude.BaseUrl}}", keys: [ "sk-upstream" ], price: free, models: [ claude-sonnet-4-5 ] }
            """);
        using var before = await gateway.PostAsync("/v1/chat/completions", Chat());
        var dropped = Directory.CreateDirectory(Path.Combine(Plugins, "AnthropicClient")).FullName;
        foreach (var file in Directory.GetFiles(build.Output))
        {
            File.Copy(file, Path.Combine(dropped, Path.GetFileName(file)));
        }

        var loaded = await RescanAsync(gateway);
        using var whole = await gateway.PostAsync("/v1/chat/completions", Chat(temperature: 0.5));
        using var stream = await gateway.PostAsync("/v1/chat/completions", Chat(isStreaming: true));
        var (answer, events) = (await whole.Content.ReadAsStringAsync(), await stream.Content.ReadAsStringAsync());
        var code = CodeOf("anthropic-client-");
        Directory.Delete(dropped, recursive: true);
        var unloaded = await RescanAsync(gateway);

        Assert.False(before.IsSuccessStatusCode);
        Assert.Equal(("active", null), loaded);
        Assert.True(whole.IsSuccessStatusCode, answer);
        Assert.Equal("Grüße 😀 from afar", JsonElement.Parse(answer).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(["claude"], whole.Headers.GetValues("x-conductor-provider"));
        Assert.Contains("temperature", Assert.Single(whole.Headers.GetValues("x-conductor-dropped-params")), StringComparison.Ordinal); // the library passes over it, and the caller is told
        Assert.Equal("Grüße 😀 from afar", string.Concat(PiecesOf(events)));
        Assert.Equal(("unloaded", null), unloaded); // with a reason it would say that its code is still alive
        Assert.False(code.IsAlive);
        var asked = claude.Requests.Where(request => request.Method == "POST").ToList();
        Assert.Equal(2, asked.Count);
        Assert.All(asked, request => Assert.Contains("hello out there", request.BodyText, StringComparison.Ordinal));
    }

    private static async Task<(string? State, string? Reason)> RescanAsync(TestGateway gateway)
    {
        using var response = await gateway.PostAsync("/admin/v1/plugins/rescan", "");
        response.EnsureSuccessStatusCode();
        var listed = (await gateway.GetJsonAsync("/v1/plugins")).GetProperty("data").EnumerateArray().Single(plugin => plugin.GetProperty("id").GetString() == "anthropic-client");
        return (listed.GetProperty("state").GetString(), listed.GetProperty("reason").GetString());
    }

    private static List<string> PiecesOf(string stream)
    {
        Assert.EndsWith("data: [DONE]\n\n", stream, StringComparison.Ordinal);
        return [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1]
            .Select(line => JsonElement.Parse(line["data: ".Length..]).GetProperty("choices"))
            .Where(choices => choices.GetArrayLength() > 0)
            .Select(choices => choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : null)
            .OfType<string>()];
    }

    private static string Chat(bool isStreaming = false, double? temperature = null) => JsonSerializer.Serialize(
        new { model = "claude/claude-sonnet-4-5", stream = isStreaming, temperature, messages = new[] { new { role = "user", content = "hello out there" } } });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference CodeOf(string plugin) =>
        new(AssemblyLoadContext.All.Single(context => context.Name?.StartsWith(plugin, StringComparison.Ordinal) == true));

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
