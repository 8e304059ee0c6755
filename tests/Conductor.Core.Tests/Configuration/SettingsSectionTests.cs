using Conductor.Configuration;
using Microsoft.Extensions.Configuration;

namespace Conductor.Core.Tests.Configuration;

/// <summary>Settings from the configuration of a program that Conductor runs in.</summary>
public sealed class SettingsSectionTests
{
    private static readonly SettingsSource Nothing = new() { ContentRoot = Path.GetTempPath(), Environment = new Dictionary<string, string> { ["N"] = "3" } };

    [Fact]
    public void Load_SectionConductor_IsReadLikeTheFiles()
    {
        var configuration = Configure(
            ("PATH", "/bin"),
            ("Conductor:Server:Listen", "http://127.0.0.1:7000"),
            ("Conductor:Reliability:MaxAttempts", "${N}"),
            ("Conductor:Cache:Enabled", "False"),
            ("Conductor:Providers:vLLM:Plugin", "openai-compatible"),
            ("Conductor:Providers:vLLM:BaseUrl", "http://127.0.0.1:8000/v1"),
            ("Conductor:Providers:vLLM:Keys:0", "a-key"),
            ("Conductor:Providers:vLLM:ExtraHeaders:X-A", "1"),
            ("Conductor:Aliases:fast:Targets:0", "vLLM/llama-3"),
            ("Conductor:Tenants:acme:Limits:Concurrency", "2"),
            ("Conductor:Keys:0:Tenant", "acme"),
            ("Conductor:Keys:0:Name", "web"),
            ("Conductor:Keys:0:Key", "a-long-and-random-key-1"));

        var settings = SettingsLoader.Load(configuration, Nothing).Required;

        Assert.Equal(("http://127.0.0.1:7000", 3, false), (settings.Server.Listen, settings.Reliability.MaxAttempts, settings.Cache.Enabled));
        var provider = settings.Providers["vLLM"];
        Assert.Equal(("openai-compatible", "http://127.0.0.1:8000/v1", "1"), (provider.Plugin, provider.Section["base_url"], provider.Section["ExtraHeaders:X-A"]));
        Assert.Equal("a-key", Assert.Single(provider.Keys).Reveal());
        Assert.Equal("vLLM/llama-3", Assert.Single(settings.Aliases["fast"].Targets).Model);
        Assert.Equal(2, settings.Tenants["acme"].Concurrency);
        Assert.Single(settings.Keys);
        Assert.NotEmpty(settings.Catalog);
    }

    [Fact]
    public void Load_RootConfiguration_TakesWhatIsConductorsAndLeavesTheRest()
    {
        var configuration = Configure(("PATH", "/bin"), ("KEYS", "x"), ("Logging:LogLevel:Default", "Debug"), ("AllowedHosts", "*"), ("limits:max_text_length", "9"));

        Assert.Equal(9, SettingsLoader.Load(configuration, Nothing).Required.Limits.MaxTextLength);
    }

    [Fact]
    public void Load_MistakesInASection_AreToldAsInAFile()
    {
        var configuration = Configure(("Conductor:Limits:MaxTextLenght", "9"), ("Conductor:Reliability:Deadline", "60"), ("Conductor:Reliability:MaxAttempts", "many"), ("Conductor:Provders:x:Plugin", "p"));

        var load = SettingsLoader.Load(configuration, Nothing);

        Assert.Equal(
            [
                "configuration: Provders: unknown member 'Provders' (nearest: 'providers')",
                "configuration: limits.MaxTextLenght: unknown member 'MaxTextLenght' (nearest: 'max_text_length')",
                "configuration: reliability.deadline: must be a duration with its unit, such as 500ms, 30s, 2m, 1h or 7d; it is '60'",
                "configuration: reliability.max_attempts: must be a whole number; it is a string",
            ],
            load.Problems.Select(problem => problem.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_EmptyConfiguration_IsAsWithoutAnyFile()
    {
        var load = SettingsLoader.Load(Configure(("PATH", "/bin")), Nothing);

        Assert.Equal(["openai", "anthropic", "google", "ollama", "local"], load.Required.Providers.Keys);
    }

    [Fact]
    public void Load_TheSectionItself_IsReadToo()
    {
        var configuration = Configure(("Conductor:Limits:max_text_length", "5"), ("Conductor:Operations:summarization:model", "auto"));

        var settings = SettingsLoader.Load(configuration.GetSection("Conductor"), Nothing).Required;

        Assert.Equal((5, "auto"), (settings.Limits.MaxTextLength, settings.Operations["summarization"].Model));
    }

    private static IConfiguration Configure(params (string Key, string Value)[] entries) =>
        new ConfigurationBuilder().AddInMemoryCollection(entries.Select(entry => new KeyValuePair<string, string?>(entry.Key, entry.Value))).Build();
}
