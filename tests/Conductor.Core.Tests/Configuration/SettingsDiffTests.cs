using Conductor.Configuration;

namespace Conductor.Core.Tests.Configuration;

public sealed class SettingsDiffTests : IDisposable
{
    private const string Conductor = """
        providers:
          vllm: { plugin: openai-compatible, base_url: "http://127.0.0.1:1/v1", keys: [ sk-first-secret-key ], organization: one }
        server: { drain_timeout: 30s }
        budgets: { global: { usd: 5, per: day } }
        """;

    private const string Models = "catalog: [ { provider: vllm, model: m, usd_per_million: { input: 1, output: 2 } } ]\naliases: { fast: { targets: [ vllm/m ] } }\n";

    private const string Tenants = "tenants: { acme: { models: [ fast ], budget: { usd: 10, per: month } } }\nkeys: [ { tenant: acme, name: web, key: a-long-random-key-0123456789 } ]\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("conductor-diff-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Between_Same_IsNothing() => Assert.Empty(Changes());

    [Fact]
    public void Between_CommentsAndOrder_AreNothing() => Assert.Empty(Changes(models: "# a comment\naliases: { fast: { targets: [ vllm/m ] } }\ncatalog: [ { model: m, provider: vllm, usd_per_million: { output: 2.0, input: 1 } } ]\n"));

    [Theory]
    [InlineData("drain_timeout: 30s", "drain_timeout: 45s", "server.drain_timeout is 00:00:45, it was 00:00:30")]
    [InlineData("usd: 5", "usd: 6", "budgets.global.day.limit is 6.000000000, it was 5.000000000")]
    [InlineData("sk-first-secret-key", "sk-other-secret-key", "provider 'vllm': key_settings.0.value is another")]
    [InlineData("127.0.0.1:1/v1", "127.0.0.1:2/v1", "provider 'vllm': base_url is http://127.0.0.1:2/v1, it was http://127.0.0.1:1/v1")]
    public void Between_Conductor_IsSaidInWords(string before, string after, string expected) => Assert.Contains(expected, Changes(conductor: Conductor.Replace(before, after, StringComparison.Ordinal)));

    [Theory]
    [InlineData("output: 2", "output: 3", "model 'vllm/m': usd_per_million.0.output is 3, it was 2")]
    [InlineData("aliases: { fast", "aliases: { quick: { targets: [ vllm/m ] }, fast", "alias 'quick' is added")]
    public void Between_Models_IsSaidInWords(string before, string after, string expected) => Assert.Contains(expected, Changes(models: Models.Replace(before, after, StringComparison.Ordinal)));

    [Theory]
    [InlineData("usd: 10", "usd: 20", "tenant 'acme': budgets.month.limit is 20.000000000, it was 10.000000000")]
    [InlineData("models: [ fast ]", "models: [ fast, vllm/m ]", "tenant 'acme': models is [fast, vllm/m], it was [fast]")]
    [InlineData("a-long-random-key-0123456789", "b-long-random-key-0123456789", "key 'acme/web': hash is another")]
    [InlineData("name: web", "name: app", "key 'acme/app' is added")]
    [InlineData("name: web", "name: app", "key 'acme/web' is removed")]
    public void Between_Tenants_IsSaidInWords(string before, string after, string expected) => Assert.Contains(expected, Changes(tenants: Tenants.Replace(before, after, StringComparison.Ordinal)));

    [Fact]
    public void Between_Anything_NeverSaysASecret()
    {
        var changes = string.Join('\n', Changes(
            "providers: { other: { plugin: openai-compatible, base_url: \"http://user:hidden@127.0.0.1:3/v1\", keys: [ sk-third-secret ] } }\n", models: "aliases: {}\n", tenants: "keys: [ { tenant: default, name: web, key: another-random-key-0123456789 } ]\n"));

        Assert.DoesNotContain("secret", changes, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", changes, StringComparison.Ordinal);
        Assert.DoesNotContain("random", changes, StringComparison.Ordinal);
        Assert.Contains("provider 'vllm' is removed", changes, StringComparison.Ordinal);
    }

    private IReadOnlyList<string> Changes(string conductor = Conductor, string models = Models, string tenants = Tenants) =>
        SettingsDiff.Between(Load(Conductor, Models, Tenants), Load(conductor, models, tenants));

    private Settings.ConductorSettings Load(string conductor, string models, string tenants)
    {
        File.WriteAllText(Path.Combine(_folder, "conductor.yaml"), conductor);
        File.WriteAllText(Path.Combine(_folder, "models.yaml"), models);
        File.WriteAllText(Path.Combine(_folder, "tenants.yaml"), tenants);
        return SettingsLoader.Load(new SettingsSource { ConfigPath = Path.Combine(_folder, "conductor.yaml"), ContentRoot = _folder, Data = _folder }).Required;
    }
}
