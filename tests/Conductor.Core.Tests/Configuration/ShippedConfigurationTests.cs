using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Conductor.Configuration;
using Microsoft.Extensions.Configuration;

namespace Conductor.Core.Tests.Configuration;

/// <summary>The files that people get: they are valid, the schemas in them are those of the program, and the document describes every member.</summary>
public sealed partial class ShippedConfigurationTests
{
    private static readonly string Repository = FindRepository();

    [Fact]
    public void Load_ShippedFilesWithoutAnyVariable_StartsWithWhatNeedsNoKey()
    {
        var load = SettingsLoader.Load(new SettingsSource { ConfigPath = Path.Combine(Repository, "config", "conductor.yaml"), ContentRoot = Repository });

        Assert.Empty(load.Problems);
        Assert.Equal(["ollama", "local"], load.Required.Providers.Where(provider => provider.Value.Enabled).Select(provider => provider.Key));
        Assert.Equal("no key", load.Required.Providers["openai"].DisabledReason);
        Assert.Contains("provider openai: disabled: no key", load.Notes);
        Assert.Equal(Path.Combine(Repository, "data"), load.Required.Storage.Path);
        Assert.Equal(3, load.Files.Count);
    }

    [Fact]
    public void Load_ShippedFiles_SayWhatTheDefaultsSay()
    {
        var written = SettingsLoader.Load(new SettingsSource { ConfigPath = Path.Combine(Repository, "config", "conductor.yaml"), ContentRoot = Repository }).Required;
        using var folder = new ConfigFolder().Write("conductor.yaml", "{}");
        var defaults = folder.Load().Required;

        Assert.Equal(defaults.Server, written.Server with { AllowedHosts = defaults.Server.AllowedHosts });
        Assert.Equal(defaults.Reliability, written.Reliability);
        Assert.Equal(defaults.Cache, written.Cache);
        Assert.Equal(defaults.Limits, written.Limits);
        Assert.Equal(defaults.Telemetry, written.Telemetry);
        Assert.Equal((defaults.Defaults.Model, defaults.Defaults.Strategy), (written.Defaults.Model, written.Defaults.Strategy));
    }

    [Fact]
    public void Catalog_Shipped_HoldsEveryKindOfServiceWithItsPrices()
    {
        var catalog = SettingsLoader.Load(new SettingsSource { ConfigPath = Path.Combine(Repository, "config", "conductor.yaml"), ContentRoot = Repository }).Required.Catalog;

        Assert.Equal(108, catalog.Count);
        Assert.Equal(["anthropic", "azure", "custom", "google", "huggingface", "ollama", "openai"], catalog.Select(model => model.Provider).Distinct().Order());
        var mini = Assert.Single(catalog, model => model is { Provider: "openai", Model: "gpt-4o-mini" });
        Assert.Equal((0.15m, 0.075m, 0.6m, 128_000, 16_384), (mini.UsdPerMillion[0].Input, mini.UsdPerMillion[0].CachedInput, mini.UsdPerMillion[0].Output, mini.Context, mini.MaxOutput));
        Assert.Equal(["tools", "vision", "json_schema"], mini.Capabilities);
        var haiku = Assert.Single(catalog, model => model is { Provider: "anthropic", Model: "claude-haiku-5-5" });
        Assert.Equal((100_000, 0.5m, 0.05m, 2.5m, 0.125m), (haiku.UsdPerMillion[0].LongContextAbove, haiku.UsdPerMillion[0].LongInput, haiku.UsdPerMillion[0].LongCachedInput, haiku.UsdPerMillion[0].LongOutput, haiku.UsdPerMillion[0].CacheWrite));
        Assert.Empty(Assert.Single(catalog, model => model.Model == "BAAI/bge-m3").UsdPerMillion);
    }

    [Fact]
    public void Schemas_InTheProgram_AreTheFiles()
    {
        Assert.Equal(["conductor", "models", "tenants"], SettingsLoader.Schemas.Keys.Order());
        foreach (var (name, text) in SettingsLoader.Schemas)
        {
            Assert.Equal(File.ReadAllText(Path.Combine(Repository, "config", "schema", $"{name}.schema.json")), text);
        }
    }

    [Fact]
    public void Schemas_EveryMember_HasADescriptionAndStandsInTheDocument()
    {
        var document = File.ReadAllText(Path.Combine(Repository, "docs", "configuration.md"));
        List<string> missing = [];
        foreach (var (name, text) in SettingsLoader.Schemas)
        {
            using var schema = JsonDocument.Parse(text);
            Visit(schema.RootElement, name, document, missing);
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Document_Examples_AreValid()
    {
        var document = File.ReadAllText(Path.Combine(Repository, "docs", "configuration.md"));
        var examples = ExampleForm().Matches(document).Select(match => (Language: match.Groups[1].Value, Text: match.Groups[2].Value)).ToList();
        using var folder = new ConfigFolder()
            .Write("conductor.yaml", Assert.Single(examples, example => example.Text.StartsWith("providers:", StringComparison.Ordinal)).Text)
            .Write("models.yaml", Assert.Single(examples, example => example.Text.StartsWith("aliases:", StringComparison.Ordinal)).Text)
            .Write("tenants.yaml", Assert.Single(examples, example => example.Text.StartsWith("tenants:", StringComparison.Ordinal)).Text);
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(Assert.Single(examples, example => example.Language == "json").Text));

        var fromFiles = folder.Load();
        var fromSection = SettingsLoader.Load(SectionOf(json), folder.Source());

        Assert.Equal(4, examples.Count);
        Assert.Empty(fromFiles.Problems);
        Assert.Empty(fromSection.Problems);
        Assert.Equal("vllm/llama-3", Assert.Single(fromSection.Required.Aliases["fast"].Targets).Model);
    }

    [Fact]
    public void Document_EveryVariableThatIsRead_StandsInIt()
    {
        var document = File.ReadAllText(Path.Combine(Repository, "docs", "configuration.md"));
        var sources = Directory.EnumerateFiles(Path.Combine(Repository, "src", "Conductor.Core", "Configuration"), "*.cs").Select(File.ReadAllText);

        var variables = sources.SelectMany(source => VariableForm().Matches(source)).Select(match => match.Groups[1].Value).Distinct().Order().ToList();

        Assert.True(variables.Count >= 12, string.Join(' ', variables));
        Assert.All(variables, variable => Assert.Contains($"`{variable}`", document, StringComparison.Ordinal));
    }

    private static void Visit(JsonElement schema, string path, string document, List<string> missing)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            if (keyword.Name == "properties")
            {
                foreach (var property in keyword.Value.EnumerateObject().Where(property => property.Name != "$schema"))
                {
                    var here = $"{path}.{property.Name}";
                    if (!document.Contains($"`{property.Name}`", StringComparison.Ordinal) && !document.Contains($".{property.Name}`", StringComparison.Ordinal))
                    {
                        missing.Add($"{here}: not in docs/configuration.md");
                    }

                    if (property.Value.ValueKind == JsonValueKind.Object && !property.Value.TryGetProperty("description", out _) && !property.Value.TryGetProperty("$ref", out _) && !property.Value.TryGetProperty("const", out _))
                    {
                        missing.Add($"{here}: no description");
                    }

                    Visit(property.Value, here, document, missing);
                }
            }
            else if (keyword.Value.ValueKind == JsonValueKind.Object)
            {
                Visit(keyword.Value, path, document, missing);
                foreach (var inner in keyword.Name == "$defs" ? keyword.Value.EnumerateObject() : default)
                {
                    Visit(inner.Value, $"{path}.{inner.Name}", document, missing);
                }
            }
            else if (keyword.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in keyword.Value.EnumerateArray())
                {
                    Visit(item, path, document, missing);
                }
            }
        }
    }

    // What the JSON configuration provider makes of a document, without a reference to it.
    private static IConfiguration SectionOf(Stream json)
    {
        using var document = JsonDocument.Parse(json);
        Dictionary<string, string?> entries = [];
        Flatten(document.RootElement, "", entries);
        return new ConfigurationBuilder().AddInMemoryCollection(entries).Build();

        static void Flatten(JsonElement element, string key, Dictionary<string, string?> entries)
        {
            var children = element.ValueKind switch
            {
                JsonValueKind.Object => element.EnumerateObject().Select(member => (member.Name, member.Value)),
                JsonValueKind.Array => element.EnumerateArray().Select((item, index) => ($"{index}", item)),
                _ => [],
            };
            foreach (var (name, value) in children)
            {
                Flatten(value, key.Length == 0 ? name : $"{key}:{name}", entries);
            }

            if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                entries[key] = element.ToString();
            }
        }
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the source tree.");
        }

        return folder.FullName;
    }

    [GeneratedRegex("```(yaml|json)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExampleForm();

    [GeneratedRegex("\"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\"")]
    private static partial Regex VariableForm();
}
