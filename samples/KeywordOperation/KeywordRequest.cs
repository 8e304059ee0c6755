using System.Text.Json;
using System.Text.Json.Serialization;

namespace KeywordOperation;

/// <summary>What comes in. The host has held it against request.schema.json before.</summary>
public sealed record KeywordRequest
{
    public string Text { get; init; } = "";

    public string? Language { get; init; }

    public KeywordParameters? Parameters { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? Context { get; init; }
}

public sealed record KeywordParameters
{
    /// <value>1 to 50; 10 where absent.</value>
    public int? MaxKeywords { get; init; }

    /// <summary>Longest phrase, in words.</summary>
    /// <value>1 to 6; 3 where absent.</value>
    public int? MaxWords { get; init; }
}

/// <summary>What goes out.</summary>
/// <param name="Keywords">Most relevant first.</param>
public sealed record KeywordResult(IReadOnlyList<Keyword> Keywords);

/// <param name="Text">As it stands in the text, letter for letter.</param>
/// <param name="Relevance">0 to 1, as the model judges.</param>
/// <param name="Positions">Where it stands, UTF-16 code units from the text's beginning; counted here, never asked of a model.</param>
public sealed record Keyword(string Text, double Relevance, IReadOnlyList<int> Positions);

/// <summary>What a model answers. Everything may be absent: models that are not held to the schema leave things out.</summary>
public sealed record KeywordReply(IReadOnlyList<ReplyKeyword?>? Keywords);

public sealed record ReplyKeyword(string? Text, double? Relevance);

// Source-generated: metadata made by reflection would keep the plugin's code in memory after it is taken away.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = true, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(KeywordRequest))]
[JsonSerializable(typeof(KeywordResult))]
[JsonSerializable(typeof(KeywordReply))]
public sealed partial class KeywordJson : JsonSerializerContext;
