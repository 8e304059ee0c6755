using System.Text.Json.Serialization;

namespace PluginClass1;

/// <summary>What goes out, by result.schema.json.</summary>
internal sealed record PluginClass1Result(string Title);

// Source-generated: metadata made by reflection would keep the plugin's code in memory after it is taken away.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PluginClass1Request))]
[JsonSerializable(typeof(PluginClass1Result))]
internal sealed partial class PluginClass1Json : JsonSerializerContext;
