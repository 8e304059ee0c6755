namespace Conductor.TestKit.Tests;

/// <summary>Every plugin that ships passes the suite. One row per check, so that a failure names itself.</summary>
public sealed class ShippedPluginsTests(ShippedReports reports) : IClassFixture<ShippedReports>
{
    public static TheoryData<string, string> ProviderRows() => Rows(PluginConformance.ProviderChecks, "Local", "OpenAI", "AzureOpenAI", "HuggingFace", "OpenAICompatible", "Ollama", "Google", "Anthropic");

    public static TheoryData<string, string> OperationRows() => Rows(
        PluginConformance.OperationChecks, "Embeddings", "EntityExtraction", "IntentDetection", "ResponseGeneration", "SentimentAnalysis", "Summarization");

    [Theory]
    [MemberData(nameof(ProviderRows))]
    public async Task Provider_EachCheck_Passes(string plugin, string check) => (await reports.OfAsync(plugin)).Require(check);

    [Theory]
    [MemberData(nameof(OperationRows))]
    public async Task Operation_EachCheck_Passes(string plugin, string check) => (await reports.OfAsync(plugin)).Require(check);

    [Fact]
    public async Task Providers_WhatTheyOffer_IsChecked()
    {
        // A suite that leaves everything out would pass, too.
        foreach (var plugin in (string[])["OpenAI", "AzureOpenAI", "HuggingFace", "OpenAICompatible"])
        {
            Assert.Equal(["chat", "embeddings", "raw:openai", "tools"], (await reports.OfAsync(plugin)).Capabilities);
            // A model of the hub has vectors of one length.
            Assert.Empty(LeftOut(await reports.OfAsync(plugin), except: ["engines.listed", "engines.run", .. plugin == "HuggingFace" ? ["embeddings.dimensions"] : Array.Empty<string>()]));
        }

        Assert.Equal(["chat", "embeddings", "pull", "raw:ollama", "tools"], (await reports.OfAsync("Ollama")).Capabilities);
        Assert.Empty(LeftOut(await reports.OfAsync("Ollama"), except: ["engines.listed", "engines.run", "raw.limit"]));
        Assert.Equal(["chat", "embeddings", "raw:gemini", "tools"], (await reports.OfAsync("Google")).Capabilities);
        Assert.Empty(LeftOut(await reports.OfAsync("Google"), except: ["engines.listed", "engines.run", "raw.bytes", "raw.limit"]));
        Assert.Equal(["chat", "raw:anthropic", "tools"], (await reports.OfAsync("Anthropic")).Capabilities);
        Assert.Empty(LeftOut(await reports.OfAsync("Anthropic"), except: ["engines.listed", "engines.run", "embeddings.dimensions", "embeddings.errors", "embeddings.vectors", "raw.limit"]));
        Assert.Equal(
            ["embeddings", "engine:entity_extraction", "engine:intent_detection", "engine:sentiment_analysis", "engine:summarization"],
            (await reports.OfAsync("Local")).Capabilities);
        Assert.Equal(ConformanceOutcome.Passed, (await reports.OfAsync("Local"))["engines.run"].Outcome);
        Assert.Equal(ConformanceOutcome.Passed, (await reports.OfAsync("Local"))["embeddings.vectors"].Outcome);
    }

    private static IEnumerable<string> LeftOut(ConformanceReport report, string[] except) =>
        report.Results.Where(result => result.Outcome == ConformanceOutcome.NotOffered && !except.Contains(result.Name)).Select(result => result.ToString());

    private static TheoryData<string, string> Rows(IReadOnlyList<string> checks, params string[] plugins)
    {
        var rows = new TheoryData<string, string>();
        foreach (var plugin in plugins)
        {
            foreach (var check in checks)
            {
                rows.Add(plugin, check);
            }
        }

        return rows;
    }
}

/// <summary>Runs the suite once for each plugin.</summary>
public sealed class ShippedReports
{
    private readonly Dictionary<string, Lazy<Task<ConformanceReport>>> _runs = new()
    {
        ["Local"] = Run(Plugins.Provider("Conductor.Providers.Local", null)),
        ["OpenAI"] = Run(Plugins.Provider("Conductor.Providers.OpenAI", OpenAIScript.StartAsync)),
        ["AzureOpenAI"] = Run(Plugins.Provider("Conductor.Providers.AzureOpenAI", OpenAIScript.StartAsync, ("deployments:fake-model", "fake-model"), ("deployments:fake-embedding", "fake-embedding"))),
        ["HuggingFace"] = Run(Plugins.Provider("Conductor.Providers.HuggingFace", OpenAIScript.StartAsync, ("api_style", "router"))),
        ["OpenAICompatible"] = Run(Plugins.Provider("Conductor.Providers.OpenAICompatible", OpenAIScript.StartAsync)),
        ["Ollama"] = Run(Plugins.Provider("Conductor.Providers.Ollama", OllamaScript.StartAsync)),
        ["Google"] = Run(Plugins.Provider("Conductor.Providers.Google", GeminiScript.StartAsync)),
        ["Anthropic"] = Run(Plugins.Provider("Conductor.Providers.Anthropic", AnthropicScript.StartAsync)),
        ["Embeddings"] = Run(Plugins.Operation("Embeddings")),
        ["EntityExtraction"] = Run(Plugins.Operation("EntityExtraction")),
        ["IntentDetection"] = Run(Plugins.Operation("IntentDetection")),
        ["ResponseGeneration"] = Run(Plugins.Operation("ResponseGeneration")),
        ["SentimentAnalysis"] = Run(Plugins.Operation("SentimentAnalysis")),
        ["Summarization"] = Run(Plugins.Operation("Summarization")),
    };

    public Task<ConformanceReport> OfAsync(string plugin) => _runs[plugin].Value;

    private static Lazy<Task<ConformanceReport>> Run(PluginUnderTest plugin) => new(() => PluginConformance.RunAsync(plugin, CancellationToken.None));
}
