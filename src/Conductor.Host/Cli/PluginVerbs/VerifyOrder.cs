using System.Text.Json.Serialization;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>What the child process is to check; it comes to it over standard input, because keys do not belong on a command line.</summary>
internal sealed record VerifyOrder
{
    public required string Path { get; init; }

    /// <summary>The plugin's settings, `a:b` for a member below a member.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>The provider's key; null = the suite's own.</summary>
    public string? ApiKey { get; init; }

    /// <summary>`openai`, `ollama`, or null for none.</summary>
    public string? Upstream { get; init; }

    /// <summary>The model to chat with; null = the first that is listed.</summary>
    public string? ChatModel { get; init; }
}

/// <summary>What the child process found.</summary>
internal sealed record VerifyFindings(IReadOnlyList<string> Capabilities, IReadOnlyList<VerifyCheck> Checks);

/// <param name="Name">The check.</param>
/// <param name="Outcome">`passed`, `failed`, `not_offered` or `not_run`.</param>
/// <param name="Message">A sentence; null when it passed.</param>
internal sealed record VerifyCheck(string Name, string Outcome, string? Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VerifyOrder))]
[JsonSerializable(typeof(VerifyFindings))]
internal sealed partial class VerifyJson : JsonSerializerContext;
