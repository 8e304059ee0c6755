using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Real;

/// <summary>The provider in samples/, as somebody else would use it: built on its own, its one DLL dropped beside a running gateway, and taken away again.</summary>
public sealed class SampleProviderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Plugins => _folder.Combine("plugins");

    private string Dropped => Path.Combine(Plugins, "EchoProvider.dll");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EchoProvider_DroppedInAndTakenAway_AnswersThenIsGoneFromMemory()
    {
        using var build = await SampleBuild.CreateAsync(Repository(), "EchoProvider");
        Directory.CreateDirectory(Plugins);
        await using var gateway = await TestGateway.StartAsync($"plugins: {{ path: '{Plugins}', watch: false }}");
        var before = await gateway.PostAsync("/v1/chat/completions", Chat("too early"));
        File.Copy(build.Dll, Dropped);

        var loaded = await RescanAsync(gateway);
        var answer = await AskAsync(gateway, "hello out there");
        var stream = await AskAsync(gateway, "one two three", isStreaming: true);
        var code = CodeOf("echo-");
        File.Delete(Dropped);
        var unloaded = await RescanAsync(gateway);
        using var after = await gateway.PostAsync("/v1/chat/completions", Chat("anybody there?"));

        await ErrorAssert.IsAsync(before, 404, "invalid_request_error", "model_not_found");
        Assert.Equal(("active", null), loaded);
        Assert.Equal("hello out there", JsonElement.Parse(answer).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(["one ", "two ", "three"], PiecesOf(stream));
        Assert.Equal(("unloaded", null), unloaded); // with a reason it would say that its code is still alive
        Assert.False(code.IsAlive);
        var error = await ErrorAssert.IsAsync(after, 404, "invalid_request_error", "model_not_found");
        Assert.Contains("echo/echo-1", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("echo", (await gateway.GetJsonAsync("/v1/models")).ToString(), StringComparison.Ordinal);
    }

    private static async Task<(string? State, string? Reason)> RescanAsync(TestGateway gateway)
    {
        using var response = await gateway.PostAsync("/admin/v1/plugins/rescan", "");
        response.EnsureSuccessStatusCode();
        var listed = (await gateway.GetJsonAsync("/v1/plugins")).GetProperty("data").EnumerateArray().Single(plugin => plugin.GetProperty("id").GetString() == "echo");
        return (listed.GetProperty("state").GetString(), listed.GetProperty("reason").GetString());
    }

    private static async Task<string> AskAsync(TestGateway gateway, string text, bool isStreaming = false)
    {
        using var response = await gateway.PostAsync("/v1/chat/completions", Chat(text, isStreaming));
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        Assert.Equal(["echo"], response.Headers.GetValues("x-conductor-provider"));
        return body;
    }

    private static IEnumerable<string> PiecesOf(string stream)
    {
        Assert.EndsWith("data: [DONE]\n\n", stream, StringComparison.Ordinal);
        return stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1]
            .Select(line => JsonElement.Parse(line["data: ".Length..]).GetProperty("choices"))
            .Where(choices => choices.GetArrayLength() > 0)
            .Select(choices => choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : null)
            .OfType<string>().Where(piece => piece.Length > 0).ToList();
    }

    private static string Chat(string text, bool isStreaming = false) => JsonSerializer.Serialize(
        new { model = "echo/echo-1", stream = isStreaming, messages = new[] { new { role = "user", content = text } } });

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
