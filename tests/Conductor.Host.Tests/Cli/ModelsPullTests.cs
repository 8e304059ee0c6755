using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Cli;

/// <summary>`conductor models pull`, and operations on a model of Ollama, by the executable itself.</summary>
public sealed class ModelsPullTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private FakeOllama _ollama = null!;

    public async Task InitializeAsync()
    {
        _ollama = await FakeOllama.StartAsync();
        _ollama.AddToRegistry(new FakeOllamaModel { Name = "tinyllama" });
        _folder.Write("conductor.yaml", $$"""
            providers:
              ollama: { plugin: ollama, base_url: "{{_ollama.BaseUrl}}" }
            """);
    }

    public async Task DisposeAsync() => await _ollama.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pull_InAPipe_PlainLines_AndTheModelIsListedAfterwards()
    {
        var (code, output, error) = await RunAsync("models", "pull", "ollama/tinyllama");
        var (_, listed, _) = await RunAsync("models", "list");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            ["pulling manifest", "pulling 0a8c26691023: 0.0 of 2.0 MB", "pulling 0a8c26691023: 1.0 of 2.0 MB", "pulling 0a8c26691023: 2.0 of 2.0 MB", "verifying sha256 digest", "writing manifest", "success"],
            output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("ollama/tinyllama\t", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_Json_ALineForEveryStep()
    {
        var (code, output, _) = await RunAsync("models", "pull", "ollama/tinyllama", "--json");

        var lines = output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(0, code);
        Assert.Equal("success", lines[^1].GetProperty("status").GetString());
        Assert.Equal(1_000_000, lines[2].GetProperty("completed_bytes").GetInt64());
        Assert.Equal(2_000_000, lines[2].GetProperty("total_bytes").GetInt64());
    }

    [Theory]
    [InlineData("ollama/nonsense", "no model 'nonsense'")]
    [InlineData("local/sentiment", "cannot fetch models")]
    [InlineData("olama/llama3.2", "nearest: 'ollama'")]
    [InlineData("llama3.2", "is not PROVIDER/MODEL")]
    [InlineData("ollama/", "is not PROVIDER/MODEL")]
    public async Task Pull_OfWhatCannotBeHad_SentenceAndCode2(string name, string says)
    {
        var (code, _, error) = await RunAsync("models", "pull", name);

        Assert.Equal(2, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_WhenOllamaIsNotThere_SentenceAndCode1()
    {
        await _ollama.DisposeAsync();

        var (code, output, error) = await RunAsync("models", "pull", "ollama/tinyllama", "--json");

        Assert.Equal(1, code);
        Assert.Contains("ollama serve", error, StringComparison.Ordinal);
        Assert.Contains("ollama serve", JsonElement.Parse(output.Trim()).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProxiesOfTheEnvironment_AreNotForThisMachine()
    {
        var environment = new[] { "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY" }.ToDictionary(name => name, _ => (string?)"http://127.0.0.1:9");
        environment["NO_PROXY"] = environment["no_proxy"] = null;

        var (code, output, _) = await HostProcess.RunAsync(
            ["models", "list", "--config", _folder.Combine("conductor.yaml"), "--data", _folder.Combine("data")], environment: environment);

        Assert.Equal(0, code);
        Assert.Contains("ollama/llama3.2\t", output, StringComparison.Ordinal);
    }

    public static TheoryData<string> Operations() => [.. OllamaOperations.All.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Operation_RunsOnAModelOfOllama(string name)
    {
        var operation = OllamaOperations.All[name];
        operation.Script(_ollama);
        string[] parameters = operation.Parameters is null ? [] : ["--parameters", operation.Parameters];

        var (code, output, error) = await RunAsync(["run", name, operation.Text, "--model", operation.Model, "--json", .. parameters]);

        Assert.True(code == 0, error);
        operation.Check(JsonElement.Parse(output).GetProperty("result"));
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        HostProcess.RunAsync([.. arguments, "--config", _folder.Combine("conductor.yaml"), "--data", _folder.Combine("data")]);
}
