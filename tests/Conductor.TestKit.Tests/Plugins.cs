using Conductor.TestKit;

namespace Conductor.TestKit.Tests;

/// <summary>The plugins that are checked, and what each needs for it.</summary>
internal static class Plugins
{
    // Nothing is proved by a busy machine's delays.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }

    public static IReadOnlyDictionary<string, OperationExample> Examples { get; } = new Dictionary<string, OperationExample>
    {
        ["sentiment_analysis"] = new(
            """{"text":"I love it, and the staff were kind.","language":"en"}""",
            """{"sentiment":"positive","scores":{"positive":0.9,"negative":0.02,"neutral":0.08}}"""),
        ["summarization"] = new(
            """{"text":"The council met on Monday. It voted to rebuild the bridge, which had been closed since spring.","parameters":{"max_sentences":1}}""",
            """{"summary":"The council voted to rebuild the bridge.","key_points":["The bridge is rebuilt."]}"""),
        ["entity_extraction"] = new(
            """{"text":"Ada Lovelace moved to London on 3 May 2026.","parameters":{"reference_time":"2026-03-01T09:30:00Z"}}""",
            """{"entities":[{"text":"Ada Lovelace","type":"person","value":"Ada Lovelace"},{"text":"London","type":"location"}]}"""),
        ["intent_detection"] = new(
            """{"text":"Where is my parcel?","parameters":{"possible_intents":["track order","cancel order"]}}""",
            """{"intent":"track order","confidence":0.9,"alternatives":[]}"""),
        ["response_generation"] = new("""{"text":"Say good morning."}""", "Good morning!"),
        ["embeddings"] = new("""{"texts":["one","two"]}"""),
        ["keyword_extraction"] = new(
            """{"text":"Bridges need care. A bridge without care falls.","parameters":{"max_keywords":3}}""",
            """{"keywords":[{"text":"bridge","relevance":0.9},{"text":"care","relevance":0.7}]}"""),
    };

    public static PluginUnderTest Provider(string project, Func<Task<IUpstreamScript>>? upstream, params (string Name, string Value)[] settings) => new()
    {
        Path = System.IO.Path.Combine(Repository, "plugins", project),
        Upstream = upstream,
        Settings = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value),
        Examples = Examples,
        Patience = Patience,
    };

    public static PluginUnderTest Operation(string name) => new()
    {
        Path = System.IO.Path.Combine(Repository, "operations", "Conductor.Operations." + name),
        Examples = Examples,
    };

    /// <summary>A plugin of tests/TestPlugins: `Echo` for Conductor.TestPlugins.Echo.</summary>
    public static PluginUnderTest Test(string name, params (string Name, string Value)[] settings) => new()
    {
        Path = System.IO.Path.Combine(Repository, "tests", "TestPlugins", "Conductor.TestPlugins." + name),
        Settings = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value),
    };
}
