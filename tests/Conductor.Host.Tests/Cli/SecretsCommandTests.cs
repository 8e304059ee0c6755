using Conductor.Host.Tests.Support;
using Conductor.Sealing;

namespace Conductor.Host.Tests.Cli;

/// <summary>`conductor secrets` as a script runs it: the key comes by standard input.</summary>
public sealed class SecretsCommandTests : IDisposable
{
    private const string Value = "sk-canary-of-a-provider-0123456789";
    private const string Yaml = "# ours\nproviders:\n  vllm: { plugin: openai-compatible, base_url: \"http://127.0.0.1:9/v1\" } # on this machine\n";

    private readonly TemporaryFolder _folder = new();

    public SecretsCommandTests() => _folder.Write("conductor.yaml", Yaml);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Secrets_SetAddRotate_FileKeepsItsCommentsAndTheKeysAreEncrypted()
    {
        var (code, output, error) = await RunAsync(Value + "\n", "set", "vllm");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("has 1 key, the new one encrypted", output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(Value + "-2\n", "set", "vllm", "--add")).Code);
        var before = await ReadAsync();
        Assert.Equal(2, before.Split('"').Count(SealedValue.Is));
        Assert.Equal((Value, Value + "-2"), Opened(before));

        var (rotated, says, _) = await RunAsync("", "rotate");
        Assert.Equal(0, rotated);
        Assert.Contains("2 keys are encrypted anew", says, StringComparison.Ordinal);
        var after = await ReadAsync();
        Assert.Equal((Value, Value + "-2"), Opened(after));
        Assert.Empty(before.Split('"').Where(SealedValue.Is).Intersect(after.Split('"')));
        Assert.StartsWith("# ours\nproviders:\n  vllm: { plugin: openai-compatible, base_url: \"http://127.0.0.1:9/v1\", keys: [ ", after, StringComparison.Ordinal);
        Assert.EndsWith(" # on this machine\n", after, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(Value, "set", "vllm")).Code);
        Assert.Single((await ReadAsync()).Split('"'), SealedValue.Is);

        var (_, log, _) = await HostProcess.RunAsync(["audit", "list", "--json", .. Common]);
        Assert.Contains("provider_keys.changed", log, StringComparison.Ordinal);
        Assert.Contains("secret_key.rotated", log, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", before + after + output + says + log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "has no provider 'nobody'", Value, "set", "nobody")]
    [InlineData(2, "The key must be a key", "", "set", "vllm")]
    [InlineData(2, "The key must be the key itself", "env:HOME", "set", "vllm")]
    [InlineData(1, "There is no key yet", "", "rotate")]
    [InlineData(2, "sk-on-the-command-line", Value, "set", "vllm", "sk-on-the-command-line")]
    public async Task Secrets_WrongRequest_SentenceAndNothingWritten(int code, string says, string input, params string[] arguments)
    {
        var (got, _, error) = await RunAsync(input, arguments);

        Assert.Equal(code, got);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
        Assert.Equal(Yaml, await ReadAsync());
    }

    private string[] Common => ["--config", _folder.Combine("conductor.yaml"), "--data", _folder.Combine("data")];

    private (string? First, string? Second) Opened(string yaml)
    {
        var key = Convert.FromHexString(File.ReadAllText(Path.Combine(_folder.Combine("data"), MasterKey.FileName)).Trim());
        var values = yaml.Split('"').Where(SealedValue.Is).Select(text => SealedValue.Open(key, "vllm", text)).ToList();
        return (values[0], values[1]);
    }

    private Task<string> ReadAsync() => File.ReadAllTextAsync(_folder.Combine("conductor.yaml"));

    private Task<(int Code, string Output, string Error)> RunAsync(string input, params string[] arguments) => HostProcess.RunAsync(["secrets", .. arguments, .. Common], input: input);
}
