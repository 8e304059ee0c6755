using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Real;

/// <summary>The operation in samples/, as somebody else would use it: built on its own, its one DLL dropped beside a running gateway, and taken away again.</summary>
public sealed class SampleOperationTests : IDisposable
{
    private const string Address = "/v1/operations/keyword_extraction";
    private const string Text = "The bridge over the river opens in May. The new Bridge carries trams & <cars>.";
    private readonly TemporaryFolder _folder = new();

    private string Operations => _folder.Combine("operations");

    private string Dropped => Path.Combine(Operations, "KeywordOperation.dll");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task KeywordOperation_DroppedInAndTakenAway_HasItsAddressAndSchemaThenIsGoneFromMemory()
    {
        using var build = await SampleBuild.CreateAsync(Repository(), "KeywordOperation");
        Directory.CreateDirectory(Operations);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Text(
            """{"keywords": [{"text": "trams", "relevance": 0.4}, {"text": "BRIDGE", "relevance": 0.9}, {"text": "tunnel", "relevance": 1}]}""", new FakeUsage(120, 30)));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, $"plugins: {{ operations: '{Operations}' }}");
        using var before = await gateway.PostAsync(Address, Request());
        File.Copy(build.Dll, Dropped);

        var loaded = await RescanAsync(gateway);
        var description = await gateway.GetJsonAsync(Address);
        var openApi = await gateway.GetJsonAsync("/openapi.json");
        var answer = await RunAsync(gateway);
        using var wrong = await gateway.PostAsync(Address, """{"text": "x", "parameters": {"max_keyword": 3}}""");
        var code = CodeOf("keyword_extraction-");
        File.Delete(Dropped);
        var unloaded = await RescanAsync(gateway);
        using var after = await gateway.PostAsync(Address, Request());

        await ErrorAssert.IsAsync(before, 404, "invalid_request_error", "operation_not_found");
        Assert.Equal(("active", null), loaded);
        Assert.Equal("keyword_extraction", description.GetProperty("id").GetString());
        Assert.Equal(50, description.GetProperty("request_schema").GetProperty("properties").GetProperty("parameters").GetProperty("properties").GetProperty("max_keywords").GetProperty("maximum").GetInt32());
        Assert.True(openApi.GetProperty("paths").TryGetProperty(Address, out _));
        Assert.Equal(
            """[{"text":"bridge","relevance":0.9,"positions":[4,48]},{"text":"trams","relevance":0.4,"positions":[63]}]""",
            JsonSerializer.Serialize(answer.GetProperty("result").GetProperty("keywords")));
        Assert.Contains("1 keyword(s)", answer.GetProperty("metadata").GetProperty("notices")[0].GetString(), StringComparison.Ordinal);
        await ErrorAssert.IsAsync(wrong, 400, "invalid_request_error", "invalid_value");
        Assert.Equal(("unloaded", null), unloaded); // with a reason it would say that its code is still alive
        Assert.False(code.IsAlive);
        await ErrorAssert.IsAsync(after, 404, "invalid_request_error", "operation_not_found");

        var messages = upstream.Requests.Single(request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal)).Json.GetProperty("messages");
        Assert.Equal(["system", "user"], messages.EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Contains("These words stand in it more than once: bridge.", messages[0].GetProperty("content").GetString(), StringComparison.Ordinal); // the function of its own
        Assert.Equal(Text, messages[1].GetProperty("content").GetString());
    }

    private static string Request() => JsonSerializer.Serialize(new { text = Text, model = "fake/fake-model", parameters = new { max_keywords = 3 } });

    private static async Task<JsonElement> RunAsync(TestGateway gateway)
    {
        using var response = await gateway.PostAsync(Address, Request());
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body);
    }

    private static async Task<(string? State, string? Reason)> RescanAsync(TestGateway gateway)
    {
        using var response = await gateway.PostAsync("/admin/v1/plugins/rescan", "");
        response.EnsureSuccessStatusCode();
        var listed = (await gateway.GetJsonAsync("/v1/plugins")).GetProperty("data").EnumerateArray().Single(plugin => plugin.GetProperty("id").GetString() == "keyword_extraction");
        return (listed.GetProperty("state").GetString(), listed.GetProperty("reason").GetString());
    }

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
