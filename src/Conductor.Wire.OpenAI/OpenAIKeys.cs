namespace Conductor.Wire.OpenAI;

/// <summary>
/// Keys of `AdditionalProperties` by which what Microsoft.Extensions.AI has no member for survives. Besides these, every other member of the wire
/// stands under its own wire name (`user`, `metadata`, `logit_bias`, `n`, `detail` …) as a <see cref="System.Text.Json.JsonElement"/>.
/// </summary>
/// <remarks>Values are strings, booleans, integers and JsonElement only, so that two copies of this assembly understand each other.</remarks>
public static class OpenAIKeys
{
    /// <summary>On <c>ChatOptions</c> and on a tool: <c>bool</c>, hold the answer (or the arguments) exactly to the schema.</summary>
    public const string Strict = "strict";

    /// <summary>On a tool that is no function: its whole JSON object.</summary>
    public const string RawTool = "openai.tool";

    /// <summary>On a function call: its arguments' text, where it is not a JSON object.</summary>
    public const string RawArguments = "openai.arguments";

    /// <summary>On a message of an answer with several choices, and on an update: <c>int</c>, which choice it belongs to.</summary>
    public const string ChoiceIndex = "openai.choice";

    /// <summary>On a message of an answer with several choices: <c>string</c>, that choice's own finish reason.</summary>
    public const string ChoiceFinishReason = "openai.finish_reason";

    /// <summary>On a content part of a kind unknown here: its whole JSON object.</summary>
    public const string RawPart = "openai.part";

    /// <summary>The <c>ErrorContent.ErrorCode</c> of a refusal.</summary>
    public const string Refusal = "Refusal";

    /// <summary>Whether a key is a note between Conductor's own parts, which never goes over the wire.</summary>
    public static bool IsNote(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith("openai.", StringComparison.Ordinal) || key.StartsWith("conductor.", StringComparison.Ordinal);
    }
}
